import { describe, expect, it } from "vitest";
import { failureOf, needsSignIn, refusedPrice } from "../src/api/errors";
import { mergeMeta } from "../src/api/pages";
import type { Meta } from "../src/api/types";

const gateway = (message: string) => JSON.stringify({ message });

describe("a failure", () => {
  it.each([
    [401, gateway("Unauthorized"), "token"],
    [403, gateway("Forbidden"), "key"],
    [
      403,
      '{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}',
      "token",
    ],
    [403, '{"Message":"User is not authorized to access this resource"}', "scope"],
    [403, gateway("Missing Authentication Token"), "missing"],
    [403, '{"error":{"code":"AccountNotAllowed","message":"no"}}', "account"],
    [404, '{"error":{"code":"UnknownAccount","message":"no"}}', "account"],
    [429, gateway("Too Many Requests"), "rate"],
    [429, gateway("Limit Exceeded"), "quota"],
    [502, '{"error":{"code":"NothingCollected","message":"no","gaps":[]}}', "nothing"],
    [502, '{"error":{"code":"AccountUnreachable","message":"no"}}', "unreachable"],
    [502, "<html>", "internal"],
    [500, gateway("null"), "internal"],
  ])("%i %s is of the kind %s", (status, body, kind) => {
    expect(failureOf(status, body, null).kind).toBe(kind);
  });

  it("names the parameter and keeps what the API says is allowed", () => {
    const body =
      '{"error":{"code":"InvalidParameter","parameter":"types","message":"`vm` is not allowed"},"request_id":"r"}';
    const failure = failureOf(400, body, null);
    expect(failure.message).toBe("`vm` is not allowed");
    expect(failure.details).toEqual({ status: 400, parameter: "types", requestId: "r" });
  });

  it("asks to sign in again for a wrong key or token, not for a scope", () => {
    const kinds = ["Forbidden", "x with an explicit deny", "User is not authorized to access this resource"];
    expect(kinds.map((message) => needsSignIn(failureOf(403, gateway(message), null)))).toEqual([true, true, false]);
  });

  it("knows the price that was refused", () => {
    const body = (parameter: string) =>
      JSON.stringify({
        error: { parameter, message: "AWS would bill $0.6200 for this, which is above $0.5000: narrow types" },
      });
    expect(refusedPrice(failureOf(400, body("max_cost_usd"), null))).toBe("0.6200");
    expect(refusedPrice(failureOf(400, body("types"), null))).toBeNull();
  });
});

describe("several responses", () => {
  const gap = {
    region: "eu-west-1",
    service: "ec2",
    operation: "DescribeInstances",
    status: "denied",
    code: "X",
    message: "",
    resource_types: [],
  };
  const meta = (more: Partial<Meta>): Meta => ({
    account: "1",
    partial: false,
    gaps: [],
    aws_requests: { total: 2, by_operation: { a: 2 }, estimated_cost_usd: "0.0100" },
    generated_at: "2026-11-20T10:36:25Z",
    elapsed_ms: 1,
    ...more,
  });

  it("are as old as the oldest, cost their sum, and have each gap once", () => {
    const merged = mergeMeta([
      meta({}),
      meta({ generated_at: "2026-11-20T10:30:00Z", partial: true, gaps: [gap] }),
      meta({ gaps: [gap] }),
    ]);
    expect(merged).toMatchObject({
      generated_at: "2026-11-20T10:30:00Z",
      partial: true,
      gaps: [{ ...gap, account: "1" }],
      aws_requests: { total: 6, by_operation: { a: 6 }, estimated_cost_usd: "0.0300" },
    });
  });

  it("are nothing if there are none", () => {
    expect(mergeMeta([])).toBeNull();
  });
});
