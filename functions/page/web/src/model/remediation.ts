import type { Remediation, RemediationStep } from "../api/types";

const KINDS: Record<string, string> = {
  check: "Check",
  dry_run: "Dry run",
  backup: "Backup",
  change: "Change",
  delete: "Delete",
};

/** What kind of step it is, and what it does. */
export function stepTitle({ kind, what }: RemediationStep): string {
  return `${KINDS[kind] ?? kind}: ${what}`;
}

/** How many commands there are, and the most that they do. */
export function commandsInShort({ steps }: Remediation): string {
  const count = `${steps.length} ${steps.length === 1 ? "command" : "commands"}`;
  const does = (kind: string) => steps.some((step) => step.kind === kind);
  if (does("delete")) return `${count}, safest first; the last ones delete`;
  return does("change") ? `${count}, safest first; the last ones change something` : `${count}, safest first`;
}
