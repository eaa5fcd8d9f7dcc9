import type { Account } from "../api/types";
import { go, route } from "../state/navigation";
import { account as chosen } from "../state/session";
import { Icon } from "../ui/icon";
import { Popover } from "../ui/popover";

/** The accounts of the token, and whether each lets Stratoscope in. */
export function AccountSwitch({ accounts }: { accounts: Account[] }) {
  const current = chosen.value;
  const name = current ? (current.name ?? current.id) : (route.value.account ?? "Account");
  return (
    <Popover
      title="Account"
      class="account"
      label={
        <span class="account-label">
          <strong>{name}</strong>
          {current?.name && <span class="mono faint">{current.id}</span>}
        </span>
      }
    >
      {(close) => (
        <ul class="menu">
          {accounts.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                aria-current={one.id === current?.id ? "true" : undefined}
                onClick={() => {
                  go({ view: route.value.view, account: one.home ? null : one.id, parameters: kept() });
                  close();
                }}
              >
                <strong>{one.name ?? one.id}</strong>
                <span class="faint">
                  {one.name !== null && <span class="mono">{one.id}</span>}
                  {one.home && " home"}
                  {one.reachable === false && (
                    <span class="bad block">
                      <Icon name="gap" size={13} /> does not let Stratoscope in
                      {one.gap?.code ? `: ${one.gap.code}` : ""}
                    </span>
                  )}
                  {one.reachable === null && " reachability unknown"}
                </span>
              </button>
            </li>
          ))}
          {accounts.length === 0 && <li class="faint menu-empty">This token is for no account that is read here.</li>}
        </ul>
      )}
    </Popover>
  );
}

/** A selection belongs to the account that it was made in; filters make sense in the next one, too. */
function kept(): Record<string, string> {
  const selection = ["_open", "_pick", "resource_type", "resource_ids", "region"];
  return Object.fromEntries(Object.entries(route.value.parameters).filter(([name]) => !selection.includes(name)));
}
