import { describe, expect, it } from "vitest";
import type { Exceptions, ResourceRef, SuppressedFinding } from "../src/api/types";
import {
  byEnd,
  daysAhead,
  daysLeft,
  left,
  listEntry,
  notCounting,
  source,
  tagCommand,
  threeMonthsAhead,
} from "../src/model/exceptions";

const VOLUME: ResourceRef = {
  resource_type: "ebs",
  id: "vol-1",
  region: "eu-west-1",
  name: "audit",
  arn: "arn:aws:ec2:eu-west-1:123456789012:volume/vol-1",
};
const TERM = { rule: "ebs_unattached", reason: "it's kept", until: "2027-02-28" };

describe("the end of an exception", () => {
  it("is by default the same day three months later, or the last of that month", () => {
    expect(threeMonthsAhead("2026-11-26")).toBe("2027-02-26");
    expect(threeMonthsAhead("2026-11-30")).toBe("2027-02-28");
    expect(threeMonthsAhead("2027-11-30")).toBe("2028-02-29");
    expect(threeMonthsAhead("2026-12-31")).toBe("2027-03-31");
  });

  it("counts as a day that is left", () => {
    expect(daysLeft("2026-11-26", "2026-11-26")).toBe(0);
    expect(left("2026-11-26", "2026-11-26")).toBe("ends today");
    expect(left("2026-11-27", "2026-11-26")).toBe("1 day left");
    expect(left("2027-09-22", "2026-11-26")).toBe("300 days left");
    expect(left("2026-11-25", "2026-11-26")).toBe("over");
  });

  it("that is no day leaves no number of days", () => {
    expect(daysLeft("soon", "2026-11-26")).toBeNull();
    expect(left("soon", "2026-11-26")).toBe("");
  });

  it("is at most a year ahead", () => {
    expect(daysAhead("2026-11-26", 365)).toBe("2027-11-26");
    expect(daysAhead("2028-02-28", 1)).toBe("2028-02-29");
  });

  it("sorts the soonest first, and keeps the order within a day", () => {
    const one = (rule: string, until: string): SuppressedFinding => ({
      resource: VOLUME,
      rule,
      severity: "low",
      by: "tag",
      parameter: null,
      reason: "kept",
      until,
    });
    const sorted = byEnd([one("a", "2027-01-01"), one("b", "2026-12-01"), one("c", "2026-12-01")]);
    expect(sorted.map(({ rule }) => rule)).toEqual(["b", "c", "a"]);
  });
});

describe("the command for the tags", () => {
  it("is one for every type that has an ARN, and a shell leaves the reason alone", () => {
    expect(tagCommand(VOLUME, TERM)).toBe(
      "aws resourcegroupstaggingapi tag-resources --region eu-west-1 \\\n" +
        "  --resource-arn-list 'arn:aws:ec2:eu-west-1:123456789012:volume/vol-1' \\\n" +
        `  --tags '{"stratoscope:ignore":"ebs_unattached","stratoscope:ignore-reason":"it'\\''s kept",` +
        `"stratoscope:ignore-until":"2027-02-28"}'`,
    );
  });

  it.each([
    ["no ARN", { ...VOLUME, arn: null }],
    ["no region", { ...VOLUME, region: null }],
    ["a service that the Tagging API does not tag", { ...VOLUME, arn: "arn:aws:autoscaling:eu-west-1:1:group/a" }],
  ])("does not exist for %s", (_, resource) => {
    expect(tagCommand(resource, TERM)).toBeNull();
  });
});

describe("the entry of the operator's list", () => {
  it("names the ARN, or else the id with its account", () => {
    const { rule, reason, until } = TERM;
    expect(JSON.parse(listEntry(VOLUME, TERM, "123456789012"))).toEqual({
      exceptions: [{ resource: VOLUME.arn, rule, reason, until }],
    });
    expect(JSON.parse(listEntry({ ...VOLUME, arn: null }, TERM, "123456789012"))).toEqual({
      exceptions: [{ resource: "vol-1", account: "123456789012", rule, reason, until }],
    });
  });
});

describe("exceptions that do not count", () => {
  const none: Exceptions = { by_tag: true, problem_count: 0, problems: [], ended_count: 0, ended: [] };

  it("are not mentioned if there are none, or if the deployment knows none", () => {
    expect(notCounting(none)).toBe("");
    expect(notCounting(undefined)).toBe("");
  });

  it("are counted, those that have ended apart", () => {
    expect(notCounting({ ...none, problem_count: 1 })).toBe("1 exception does not count");
    expect(notCounting({ ...none, problem_count: 120, ended_count: 2 })).toBe(
      "120 exceptions do not count; 2 findings are back: the exception has ended",
    );
    expect(notCounting({ ...none, ended_count: 1 })).toBe("1 finding is back: the exception has ended");
  });

  it("say where they stand", () => {
    expect(source({ by: "tag", parameter: null })).toBe("by tag");
    expect(source({ by: "list", parameter: "/s/exceptions/a" })).toBe("by list: /s/exceptions/a");
  });
});
