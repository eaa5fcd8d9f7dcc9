import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { nextOrder, type Order, visibleRange } from "../model/table";
import { onRowKey } from "../state/keys";
import { Icon } from "./icon";
import { fitted, type TableColumn, widthOf } from "./tablecolumn";
import { TableRow, visibleColumns } from "./tablerow";

export const ROW = 36;
/** Rows to draw beyond the window, so that scrolling has them before they are seen. */
const AROUND = 6;

/**
 * A table that draws only the rows in its window. It stays a real table, with the count and the position of its rows for
 * screen readers, which would otherwise know only of what is drawn.
 */
export function Table(props: {
  label: string;
  columns: TableColumn[];
  count: number;
  rowKey: (row: number) => string;
  order?: Order | null;
  onOrder?: (order: Order | null) => void;
  selected?: string | null;
  onOpen?: (row: number) => void;
  openLabel?: (row: number) => string;
  busy?: boolean;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ top: 0, height: 600, left: 0, width: 1200 });
  // A signal, since keys may follow each other faster than the table is drawn: each goes on from the one before.
  const active = useSignal(-1);
  const focusing = useRef(false);
  const { count, onOpen, rowKey } = props;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => setAt(windowOf(element));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const move = (step: number) => {
    const next = Math.max(0, Math.min(count - 1, active.peek() + step));
    const element = scroller.current;
    if (!element || count === 0) return;
    active.value = next;
    focusing.current = true;
    // The heading sticks over the first row's height.
    const top = next * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + 2 * ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = top + 2 * ROW - element.clientHeight;
    setAt(windowOf(element));
  };
  useLayoutEffect(() =>
    onRowKey((key) => {
      const row = active.peek();
      if (key === "j") move(1);
      else if (key === "k") move(-1);
      else if (row >= 0 && row < count) onOpen?.(row);
    }),
  );
  // As soon as the row is drawn, so that Enter is its own.
  useLayoutEffect(() => {
    if (!focusing.current) return;
    focusing.current = false;
    scroller.current?.querySelector<HTMLElement>("tr.active .row-open")?.focus({ preventScroll: true });
  });

  const columns = useMemo(() => fitted(props.columns, at.width), [props.columns, at.width]);
  const { first, last } = visibleRange(at.top, at.height, ROW, count, AROUND);
  const shown = visibleColumns(columns, at.left, at.width);
  // Rows that scroll out lend their elements to those that scroll in, except the one that may hold the focus.
  const slots = Math.ceil(at.height / ROW) + 2 * AROUND + 1;
  return (
    <section
      class="table-scroll"
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={`${props.label}, scrollable`}
      onScroll={(event) => setAt(windowOf(event.currentTarget))}
    >
      <table
        class="table"
        aria-label={props.label}
        aria-rowcount={count + 1}
        aria-colcount={columns.length}
        aria-busy={props.busy}
        style={{ minWidth: `${widthOf(columns)}px` }}
      >
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} style={{ width: `${column.width}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Heading key={column.id} column={column} order={props.order ?? null} onOrder={props.onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Spacer rows={first} columns={columns.length} />}
          {Array.from({ length: last - first }, (_, index) => first + index).map((row) => (
            <TableRow
              key={row === active.value ? "active" : row % slots}
              row={row}
              columns={columns}
              firstColumn={shown.first}
              lastColumn={shown.last}
              isActive={row === active.value}
              isEntry={row === Math.max(active.value, 0)}
              isSelected={props.selected !== undefined && props.selected === rowKey(row)}
              openLabel={props.openLabel}
              onOpen={
                onOpen &&
                ((opened) => {
                  active.value = opened;
                  onOpen(opened);
                })
              }
            />
          ))}
          {last < count && <Spacer rows={count - last} columns={columns.length} />}
        </tbody>
      </table>
    </section>
  );
}

function windowOf(element: HTMLElement): { top: number; height: number; left: number; width: number } {
  return { top: element.scrollTop, height: element.clientHeight, left: element.scrollLeft, width: element.clientWidth };
}

function Spacer({ rows, columns }: { rows: number; columns: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: it only holds the place of rows, and nothing in it takes the focus
    <tr aria-hidden="true" class="spacer">
      <td colSpan={columns} style={{ height: `${rows * ROW}px` }} />
    </tr>
  );
}

function Heading({
  column,
  order,
  onOrder,
}: {
  column: TableColumn;
  order: Order | null;
  onOrder?: ((order: Order | null) => void) | undefined;
}) {
  const sorted = order?.column === column.id ? (order.descending ? "descending" : "ascending") : undefined;
  return (
    <th scope="col" class={column.right ? "right" : ""} aria-sort={sorted} title={column.title}>
      {onOrder ? (
        <button type="button" class="sort" onClick={() => onOrder(nextOrder(order, column.id))}>
          {column.label}
          {sorted && <Icon name={sorted === "descending" ? "down" : "up"} size={12} />}
        </button>
      ) : (
        column.label
      )}
    </th>
  );
}
