import { csv } from "../model/csv";
import type { Measured } from "../model/measured";
import { statisticsOf } from "../model/series";
import { download } from "../ui/basics";

/** One row for each datapoint and statistic, which is what spreadsheets and notebooks pivot from. */
export function saveSeries(all: Measured): void {
  const rows = all.resources.flatMap((one) =>
    Object.entries(one.metrics).flatMap(([metric, points]) =>
      points.flatMap((point) =>
        statisticsOf([point]).map((statistic) => [
          one.resource_type,
          one.id,
          one.name,
          one.region,
          metric,
          statistic,
          point.Timestamp,
          point[statistic],
          point.Unit ?? "",
        ]),
      ),
    ),
  );
  download(
    "metrics.csv",
    csv(["resource_type", "id", "name", "region", "metric", "statistic", "timestamp", "value", "unit"], rows),
  );
}
