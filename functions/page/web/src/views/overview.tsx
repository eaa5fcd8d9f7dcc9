import type { BottlenecksData, CostsData, ResourcesData } from "../api/types";
import { hasParameter } from "../model/description";
import { apiParameters } from "../model/route";
import { useApi } from "../state/api";
import { knowsSavings } from "../state/findings";
import { route } from "../state/navigation";
import { allowed, description } from "../state/session";
import { DailyCosts } from "./dailycosts";
import { Matrix } from "./matrix";
import { Tiles } from "./tiles";
import { Toolbar } from "./toolbar";
import { WorstFindings } from "./worst";
import { WorthMost } from "./worthmost";

/** What a person wants to know first: is it all here, what does it cost, what is wrong, what is there. */
export function Overview() {
  const { regions } = apiParameters(route.value.parameters);
  const query: Record<string, string> = regions ? { regions } : {};
  const known = description.value;
  // Movers by service come with the costs at no price; the forecast is another cent.
  const more = ["forecast", "movers"].filter((name) => known && hasParameter(known, "/costs", name));
  const asked = Object.fromEntries(more.map((name) => [name, "true"]));
  const costs = useApi<CostsData>(allowed("/costs") ? "/costs" : null, { ...query, ...asked });
  const findings = useApi<BottlenecksData>(allowed("/bottlenecks") ? "/bottlenecks" : null, query);
  const resources = useApi<ResourcesData>(allowed("/resources") ? "/resources" : null, query);
  const saves = knowsSavings() && findings.path !== "" && findings.failure === null;
  return (
    <div class="page">
      <header class="page-head">
        <h1>Overview</h1>
        <Toolbar curl={[costs.curl, findings.curl, resources.curl].filter((one) => one !== "").join("\n")} />
      </header>
      <Tiles costs={costs} findings={findings} resources={resources} />
      <div class={saves ? "overview paired" : "overview"}>
        <DailyCosts asked={costs} />
        {saves && <WorthMost asked={findings} />}
        <WorstFindings asked={findings} />
        <Matrix asked={resources} />
      </div>
    </div>
  );
}
