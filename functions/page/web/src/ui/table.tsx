import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { nextOrder, type Order, visibleRange } from "../model/table";
import { onRowKey } from "../state/keys";
import { Icon } from "./icon";

export interface TableColumn {
  id: string;
  label: string;
  title?: string;
  width: number;
  right?: boolean;
  cell: (row: number) => ComponentChildren;
}

export const ROW = 36;

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
  const [at, setAt] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState(-1);
  const { count, onOpen, rowKey } = props;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => setAt({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const move = (step: number) => {
    const next = Math.max(0, Math.min(count - 1, active + step));
    const element = scroller.current;
    if (!element || count === 0) return;
    setActive(next);
    // The heading sticks over the first row's height.
    const top = next * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + 2 * ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = top + 2 * ROW - element.clientHeight;
    requestAnimationFrame(() =>
      element.querySelector<HTMLElement>(`[data-row="${next}"] .row-open`)?.focus({ preventScroll: true }),
    );
  };
  useEffect(() =>
    onRowKey((key) => {
      if (key === "j") move(1);
      else if (key === "k") move(-1);
      else if (active >= 0 && active < count) onOpen?.(active);
    }),
  );

  const { first, last } = visibleRange(at.top, at.height, ROW, count);
  const rows = Array.from({ length: last - first }, (_, index) => first + index);
  const width = props.columns.reduce((total, column) => total + column.width, 0);
  return (
    <section
      class="table-scroll"
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={`${props.label}, scrollable`}
      onScroll={(event) => setAt({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
    >
      <table
        class="table"
        aria-label={props.label}
        aria-rowcount={count + 1}
        aria-busy={props.busy}
        style={{ minWidth: `${width}px` }}
      >
        <colgroup>
          {props.columns.map((column) => (
            <col key={column.id} style={{ width: `${column.width}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {props.columns.map((column) => (
              <Heading key={column.id} column={column} order={props.order ?? null} onOrder={props.onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Spacer rows={first} columns={props.columns.length} />}
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              data-row={row}
              aria-rowindex={row + 2}
              aria-selected={props.selected === rowKey(row) || undefined}
              class={`${row === active ? "active" : ""} ${onOpen ? "opens" : ""}`}
              onClick={(event) => {
                if (!onOpen || (event.target as HTMLElement).closest("a, button:not(.row-open)")) return;
                setActive(row);
                onOpen(row);
              }}
            >
              {props.columns.map((column, index) => (
                <td key={column.id} class={column.right ? "right" : ""}>
                  {index === 0 && onOpen ? (
                    <button
                      type="button"
                      class="row-open"
                      tabIndex={row === Math.max(active, 0) ? 0 : -1}
                      aria-label={props.openLabel?.(row)}
                    >
                      {column.cell(row)}
                    </button>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
          {last < count && <Spacer rows={count - last} columns={props.columns.length} />}
        </tbody>
      </table>
    </section>
  );
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
