import type { Remediation as Commands } from "../api/types";
import { commandsInShort, stepTitle } from "../model/remediation";
import { Prose } from "../ui/basics";
import { Snippet } from "../ui/snippet";

/** The commands that fix a finding. The page runs none of them. */
export function Remediation({ of }: { of: Commands }) {
  if (of.steps.length === 0) {
    return (
      <p class="faint">
        No command fixes it. <Prose text={of.why_none ?? ""} />
      </p>
    );
  }
  return (
    <details class="remediation">
      <summary>
        Fix it with the AWS CLI <span class="faint">{commandsInShort(of)}</span>
      </summary>
      {of.irreversible !== null && (
        <p class="remediation-warning">
          <strong>Can't be undone:</strong> {of.irreversible}
        </p>
      )}
      {of.notes.map((note) => (
        <p key={note} class="faint">
          <Prose text={note} />
        </p>
      ))}
      <ol>
        {of.steps.map((step) => (
          <li key={step.command}>
            <Snippet label={stepTitle(step)} text={step.command} />
          </li>
        ))}
      </ol>
    </details>
  );
}
