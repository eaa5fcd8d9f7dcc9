import { CopyButton, IconButton } from "../ui/basics";

/** What every view offers: the same as a call, as a link, and as a file. */
export function Toolbar({ curl, onCsv, csvLabel }: { curl: string; onCsv?: () => void; csvLabel?: string }) {
  return (
    <div class="toolbar">
      {onCsv && (
        <IconButton icon="download" label={csvLabel ?? "Save what is shown as CSV"} onClick={onCsv}>
          <span>CSV</span>
        </IconButton>
      )}
      <CopyButton
        icon="terminal"
        text={curl}
        label="Copy as curl; it takes the key and the token from $KEY and $TOKEN"
        short="curl"
      />
      <CopyButton icon="link" text={location.href} label="Copy a link to this view; it holds no secret" short="Link" />
    </div>
  );
}
