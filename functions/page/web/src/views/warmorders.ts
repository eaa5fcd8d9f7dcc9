import { useEffect } from "preact/hooks";
import { type Inventory, ordered } from "../model/inventory";

/** Fewer rows sort within a frame anyway. */
const MANY = 5_000;

/**
 * Sorts by every column while the browser has nothing else to do, so that a click on one of 50,000 rows only has to draw.
 * Safari has no idle callback; a short timeout is the next best.
 */
export function useWarmOrders(
  all: Inventory,
  columns: string[],
  fields: Map<string, string>,
  isComplete: boolean,
): void {
  const id = columns.join();
  useEffect(() => {
    if (!isComplete || all.rows.length < MANY) return;
    const waiting = id.split(",").flatMap((column) => [false, true].map((descending) => ({ column, descending })));
    let handle = 0;
    const later = (work: () => void) => {
      handle = typeof requestIdleCallback === "function" ? requestIdleCallback(work) : Number(setTimeout(work, 50));
    };
    const next = () => {
      const order = waiting.shift();
      if (!order) return;
      ordered(all, order, fields);
      later(next);
    };
    later(next);
    return () => (typeof cancelIdleCallback === "function" ? cancelIdleCallback(handle) : clearTimeout(handle));
  }, [all, id, fields, isComplete]);
}
