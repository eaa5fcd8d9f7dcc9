import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Finding } from "../api/types";
import {
  daysAhead,
  daysLeft,
  FURTHEST_DAYS,
  LONGEST_REASON,
  listEntry,
  tagCommand,
  tagsOf,
  threeMonthsAhead,
} from "../model/exceptions";
import { account } from "../state/session";
import { today } from "../state/today";
import { Prose, Segments } from "../ui/basics";
import { Text } from "../ui/cell";
import { Dialog } from "../ui/dialog";
import { Snippet } from "../ui/snippet";

/** How to accept a finding. The page changes nothing: it writes what whoever may do so can run. */
export function Accept({ finding, byTag }: { finding: Finding; byTag: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const opened = useRef(false);
  useLayoutEffect(() => {
    // The dialog leaves the page with the focus in it.
    if (opened.current && !isOpen) button.current?.focus();
    opened.current = isOpen;
  }, [isOpen]);
  return (
    <>
      <button ref={button} type="button" class="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Accept until…
      </button>
      {isOpen && (
        <Dialog title="Accept this finding until a day" onClose={() => setOpen(false)} class="accept">
          <Form finding={finding} byTag={byTag} />
        </Dialog>
      )}
    </>
  );
}

function Form({ finding, byTag }: { finding: Finding; byTag: boolean }) {
  const now = today();
  const tagCounts = byTag && finding.severity !== "critical";
  const [by, setBy] = useState<"tag" | "list">(tagCounts ? "tag" : "list");
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState(threeMonthsAhead(now));
  const days = daysLeft(until, now);
  const wanting =
    reason.trim() === ""
      ? "Write a reason to copy it"
      : days === null || days < 0 || days > FURTHEST_DAYS
        ? `Choose an end of at most ${FURTHEST_DAYS} days ahead`
        : undefined;
  const term = { rule: finding.rule, reason: reason.trim() || "<reason>", until: until || "<end>" };
  return (
    <div class="accept-form">
      <p>
        <strong>
          <Text value={finding.resource.name ?? finding.resource.id} />
        </strong>{" "}
        <span class="faint">
          <Prose text={`\`${finding.rule}\`, ${finding.severity}`} />
        </span>
      </p>
      <div class="accept-fields">
        <label>
          <span>Reason</span>
          <input
            class="input"
            type="text"
            maxLength={LONGEST_REASON}
            value={reason}
            placeholder="Why it is accepted"
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <label>
          <span>Until, inclusive (UTC)</span>
          <input
            class="input"
            type="date"
            min={now}
            max={daysAhead(now, FURTHEST_DAYS)}
            value={until}
            onInput={(event) => setUntil(event.currentTarget.value)}
          />
        </label>
      </div>
      {tagCounts && (
        <Segments
          label="Accept it by"
          value={by}
          onChange={setBy}
          options={[
            { value: "tag", label: "Tags of the resource" },
            { value: "list", label: "The operator’s list" },
          ]}
        />
      )}
      {by === "tag" ? (
        <ByTag finding={finding} term={term} wanting={wanting} />
      ) : (
        <ByList finding={finding} term={term} wanting={wanting} byTag={byTag} />
      )}
    </div>
  );
}

interface How {
  finding: Finding;
  term: { rule: string; reason: string; until: string };
  wanting: string | undefined;
}

function ByTag({ finding, term, wanting }: How) {
  const command = tagCommand(finding.resource, term);
  return (
    <>
      {command === null ? (
        Object.entries(tagsOf(term)).map(([key, value]) => (
          <Snippet key={key} label={`Value of the tag ${key}`} text={value} wanting={wanting} />
        ))
      ) : (
        <Snippet label="The three tags as a command of the AWS CLI" text={command} wanting={wanting} />
      )}
      <p class="faint">
        Whoever may tag the resource can set them in any other way too. They replace the tags of an earlier exception of
        this resource. A tag never suppresses a critical finding.
      </p>
    </>
  );
}

function ByList({ finding, term, wanting, byTag }: How & { byTag: boolean }) {
  const why = !byTag
    ? "This deployment ignores tags, so only the operator can accept it."
    : finding.severity === "critical"
      ? "A tag never suppresses a critical finding, so only the operator can accept it."
      : null;
  return (
    <>
      {why && <p>{why}</p>}
      <Snippet
        label="The entry of the operator’s list"
        text={listEntry(finding.resource, term, account.value?.id ?? null)}
        wanting={wanting}
      />
      <p class="faint">
        <Prose text="It belongs into a parameter under `/<stack>/exceptions/` of Parameter Store, in the account and the region of the stack: a new one, or one entry more in the `exceptions` of another." />
      </p>
    </>
  );
}
