import { useState } from "preact/hooks";
import type { CostsData } from "../api/types";
import { costRows, groupings } from "../model/costs";
import { label } from "../model/description";
import { day, exact, money, percent, time } from "../model/format";
import { textWidth } from "../model/inventory";
import { type Order, sortPositions } from "../model/table";
import { Missing } from "../ui/basics";
import { Text } from "../ui/cell";
import { ROW, Table } from "../ui/table";
import type { TableColumn } from "../ui/tablecolumn";

/** The numbers of the chart, each group with its sum, its share and every period. */
export function CostTable({ data }: { data: CostsData }) {
  const [order, setOrder] = useState<Order | null>(null);
  const rows = costRows(data);
  const starts = Object.keys(data.periods);
  const keys = rows[0]?.keys.length ?? 1;
  const names = groupings(data);
  const all = Uint32Array.from(rows.keys());
  const keyAt = (at: number) => {
    const row = rows[at];
    if (!row || !order) return null;
    if (order.column.startsWith("key")) return (row.keys[Number(order.column.slice(3))] ?? "").toLowerCase();
    if (order.column === "total" || order.column === "share") return row.total;
    return row.values[starts.indexOf(order.column)] ?? null;
  };
  const positions = order ? sortPositions(all, keyAt, order.descending) : all;
  const at = (position: number) => rows[positions[position] ?? -1];
  const hourly = data.granularity === "HOURLY";
  const columns: TableColumn[] = [
    ...Array.from({ length: keys }, (_, index) => {
      const wide = textWidth(Math.max(12, ...rows.map((row) => row.keys[index]?.length ?? 0)));
      return {
        id: `key${index}`,
        label: keys === 1 ? label(names[0] ?? "group") : index === 0 ? "Group" : "Within it",
        width: Math.min(wide, 330),
        wide,
        cell: (position: number) => <Text value={at(position)?.keys[index]} />,
      };
    }),
    {
      id: "total",
      label: "Total",
      width: 120,
      right: true,
      cell: (position) => <Money value={at(position)?.total} currency={data.currency} strong />,
    },
    {
      id: "share",
      label: "Share",
      width: 80,
      right: true,
      cell: (position) => {
        const share = data.total_cost === 0 ? null : ((at(position)?.total ?? 0) / data.total_cost) * 100;
        return share === null ? <Missing why="The total is 0" /> : percent(share);
      },
    },
    ...starts.map((start, index) => ({
      id: start,
      label: hourly ? time(start) : day(start),
      title: data.periods[start]?.estimated ? `${start}, estimated` : start,
      width: hourly ? 150 : 92,
      right: true,
      cell: (position: number) => <Money value={at(position)?.values[index]} currency={data.currency} />,
    })),
  ];
  return (
    <section class="card flush">
      <div class="bounded" style={{ height: `${Math.min(rows.length + 1, 14) * ROW + 16}px` }}>
        <Table
          label="Costs by group and period"
          columns={columns}
          count={rows.length}
          rowKey={(position) => at(position)?.keys.join("\u0000") ?? String(position)}
          order={order}
          onOrder={setOrder}
        />
      </div>
    </section>
  );
}

function Money({
  value,
  currency,
  strong,
}: {
  value: number | null | undefined;
  currency: string | null;
  strong?: boolean;
}) {
  if (value === null || value === undefined) return <Missing why="Cost Explorer has no such group in this period" />;
  const text = money(value, currency);
  return <span title={exact(value)}>{strong ? <strong>{text}</strong> : text}</span>;
}
