import { useMemo } from "preact/hooks";
import type { TableColumn } from "./tablecolumn";

/** The columns in the window. The first one sticks to the side, so it is always among them. */
export function visibleColumns(columns: TableColumn[], left: number, width: number): { first: number; last: number } {
  let [first, last] = [columns.length, 1];
  let at = 0;
  columns.forEach((column, index) => {
    const isSeen = at + column.width >= left - 200 && at <= left + width + 200;
    if (index > 0 && isSeen) {
      first = Math.min(first, index);
      last = Math.max(last, index + 1);
    }
    at += column.width;
  });
  return { first, last };
}

/** One row, drawn again only if something of it has changed: scrolling redraws the table for each frame. */
export function TableRow(props: {
  row: number;
  columns: TableColumn[];
  firstColumn: number;
  lastColumn: number;
  isActive: boolean;
  /** Whether Tab reaches this row; the others are reached from it with `j` and `k`. */
  isEntry: boolean;
  isSelected: boolean;
  openLabel?: ((row: number) => string) | undefined;
  onOpen?: ((row: number) => void) | undefined;
}) {
  const { row, columns, firstColumn, lastColumn, isActive, isEntry, isSelected, onOpen } = props;
  return useMemo(
    () => (
      <tr
        data-row={row}
        aria-rowindex={row + 2}
        aria-current={isSelected ? "true" : undefined}
        class={`${isActive ? "active" : ""} ${onOpen ? "opens" : ""}`}
        onClick={(event) => {
          if (onOpen && !(event.target as HTMLElement).closest("a, button:not(.row-open)")) onOpen(row);
        }}
      >
        {columns.map((column, index) => {
          if (index > 0 && (index < firstColumn || index >= lastColumn)) {
            // One cell stands for all columns beyond either side of the window.
            if (index !== 1 && index !== lastColumn) return null;
            const span = index === 1 ? firstColumn - 1 : columns.length - lastColumn;
            return <td key={`beyond ${index === 1 ? "left" : "right"}`} colSpan={span} aria-hidden="true" />;
          }
          return (
            <td key={column.id} aria-colindex={index + 1} class={column.right ? "right" : ""}>
              {index === 0 && onOpen ? (
                <button type="button" class="row-open" tabIndex={isEntry ? 0 : -1} aria-label={props.openLabel?.(row)}>
                  {column.cell(row)}
                </button>
              ) : (
                column.cell(row)
              )}
            </td>
          );
        })}
      </tr>
    ),
    [row, columns, firstColumn, lastColumn, isActive, isEntry, isSelected],
  );
}
