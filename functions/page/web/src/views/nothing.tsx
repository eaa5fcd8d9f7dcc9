import type { ResourcesData } from "../api/types";
import { plural } from "../model/format";
import type { useApi } from "../state/api";
import { FailureNotice, Notice, Skeleton } from "../ui/states";

/** Why there are no rows: not yet, not allowed, nothing of it, or nothing that could be listed. */
export function Nothing(props: {
  asked: ReturnType<typeof useApi<ResourcesData>>;
  types: string[];
  filtered: boolean;
  regions: number;
  unlisted: string[];
}) {
  const { asked } = props;
  if (asked.failure && asked.failure.kind !== "parameter")
    return <FailureNotice failure={asked.failure} onRetry={asked.again} path={asked.path} query={asked.query} />;
  if (asked.failure) return null;
  if (asked.loading) return <Skeleton lines={12} />;
  const what = props.types.length > 0 ? props.types.join(", ") : "resources";
  if (props.unlisted.length > 0) {
    return (
      <Notice icon="gap" title={`${props.unlisted.join(", ")} could not be listed`}>
        <p>This is not an empty account: the gaps above say what failed.</p>
      </Notice>
    );
  }
  return (
    <Notice
      icon="resources"
      title={props.regions > 0 ? `No ${what} in ${plural(props.regions, "region")}` : `No ${what}`}
    >
      {props.filtered && <p>Nothing matches these filters.</p>}
    </Notice>
  );
}
