import { useState } from "preact/hooks";
import { parametersAt } from "../model/description";
import { clock, plural, price, time, utc } from "../model/format";
import { leave, refresh, screen } from "../state/calls";
import { helpOpen } from "../state/keys";
import { change, route } from "../state/navigation";
import { knownRegions } from "../state/regions";
import { accounts, description } from "../state/session";
import { IconButton } from "../ui/basics";
import { Dialog } from "../ui/dialog";
import { Pill } from "../ui/filters";
import { GapList } from "../ui/gaps";
import { Icon } from "../ui/icon";
import { AccountSwitch } from "./accountswitch";
import { ThemeButton } from "./theme";

export function TopBar() {
  const known = description.value;
  const regions = known && parametersAt(known, "/resources").find(({ name }) => name === "regions");
  return (
    <header class="topbar">
      <div class="topbar-where">
        <AccountSwitch accounts={accounts.value} />
        {regions && (
          <Pill
            parameter={regions}
            value={route.value.parameters["regions"]}
            suggestions={knownRegions.value}
            wrong={false}
            onChange={(value) => change({ regions: value })}
          />
        )}
        {/* They hold for every view, so whoever set them by a click elsewhere is rid of them by one. */}
        {regions && route.value.parameters["regions"] !== undefined && (
          <IconButton icon="close" label="Clear the regions" class="unset" onClick={() => change({ regions: "" })} />
        )}
      </div>
      <Truth />
      <div class="topbar-actions">
        <IconButton icon="refresh" label="Ask again" onClick={refresh} />
        <ThemeButton />
        <IconButton icon="help" label="Keys" class="on-desktop" onClick={() => (helpOpen.value = true)} />
        <IconButton icon="leave" label="Sign out" onClick={leave} />
      </div>
    </header>
  );
}

/** The line that is always there, and always about what is on the screen. */
function Truth() {
  const [isOpen, setOpen] = useState(false);
  const { meta, loading, failed } = screen.value;
  if (!meta) return <p class="truth faint">{loading ? "Asking …" : failed ? "Nothing to show" : ""}</p>;
  const { total, by_operation: operations, estimated_cost_usd: usd } = meta.aws_requests;
  const calls = Object.entries(operations)
    .sort((a, b) => b[1] - a[1])
    .map(([operation, count]) => `${operation} ${count}`);
  return (
    <div class="truth">
      <p>
        <span title={`${time(meta.generated_at)}\n${utc(meta.generated_at)}`}>
          <span class="on-desktop">as of </span>
          {clock(meta.generated_at)}
        </span>
        <span title={calls.join("\n")}>{plural(total, "call")}</span>
        <span title={`AWS bills $${usd} for what is on the screen`}>{price(Number(usd))}</span>
      </p>
      {meta.gaps.length > 0 || meta.partial ? (
        <button type="button" class="button gaps-button" onClick={() => setOpen(true)}>
          <Icon name="gap" /> {plural(meta.gaps.length, "gap")}
        </button>
      ) : loading ? (
        <span>asking …</span>
      ) : failed ? (
        <span class="unwhole" title="A call failed: the view says which">
          <Icon name="gap" /> not all of it
        </span>
      ) : (
        <span class="whole" title="Nothing is missing from what is on the screen">
          <Icon name="check" /> complete
        </span>
      )}
      {isOpen && (
        <Dialog title="What is missing" onClose={() => setOpen(false)} class="wide">
          <GapList gaps={meta.gaps} />
        </Dialog>
      )}
    </div>
  );
}
