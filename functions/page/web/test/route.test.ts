import { describe, expect, it } from "vitest";
import { callPath } from "../src/api/client";
import { curl } from "../src/model/curl";
import { apiParameters, formatRoute, joinList, parseRoute, splitList, toggled } from "../src/model/route";

describe("the fragment", () => {
  it("holds the view, the account, the API's parameters and the page's own", () => {
    const route = parseRoute("#/resources?_account=210987654321&types=ec2,rds&tags=env:prod&_find=shop%20%26%20co");
    expect(route).toEqual({
      view: "resources",
      account: "210987654321",
      parameters: { types: "ec2,rds", tags: "env:prod", _find: "shop & co" },
    });
    expect(apiParameters(route.parameters)).toEqual({ types: "ec2,rds", tags: "env:prod" });
  });

  it("comes back from what it was written to", () => {
    const route = {
      view: "costs" as const,
      account: null,
      parameters: { tags: "a=b&c#d", services: "One\\, two,ünï", _find: "50%" },
    };
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it("leaves out what is empty", () => {
    expect(formatRoute({ view: "metrics", account: null, parameters: { types: "", hours: "6" } })).toBe(
      "#/metrics?hours=6",
    );
  });

  it.each(["", "#", "#/", "#/?regions=us-east-1"])("%j opens the overview", (fragment) => {
    expect(parseRoute(fragment)).toMatchObject({ view: "overview" });
    expect(parseRoute(fragment).unknown).toBeUndefined();
  });

  it.each(["nowhere", "<script>", "Costs"])("%j is no view, and is not taken for another", (name) => {
    expect(parseRoute(`#/${name}?types=ec2`).unknown).toBe(name);
  });

  it("takes no account that is none", () => {
    expect(parseRoute("#/costs?_account=../evil").account).toBeNull();
  });
});

describe("lists", () => {
  it("keep an escaped comma within a value", () => {
    expect(splitList("One\\, two,three, ,four")).toEqual(["One\\, two", "three", "four"]);
    expect(joinList(["a", "b", "a"])).toBe("a,b");
  });
});

describe("a call", () => {
  it("keeps its commas, which take three bytes otherwise", () => {
    expect(callPath("/metrics", { resource_ids: "i-1,i-2", tags: "a b", region: "" })).toBe(
      "/metrics?resource_ids=i-1,i-2&tags=a%20b",
    );
  });

  it("as a shell command has the address, asks for the secrets and quotes the rest", () => {
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the shell fills them in
    expect(curl("https://api.example/v1/resources?tags=$(id)`x`'\"")).toBe(
      'curl -sS -H "x-api-key: ${KEY:?is your API key}" -H "Authorization: Bearer ${TOKEN:?is your token}" ' +
        "'https://api.example/v1/resources?tags=$(id)`x`%27\"'",
    );
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the shell fills them in
  });
});

describe("a click on a value of a list", () => {
  it("adds it, or takes it away", () => {
    expect(toggled(["ec2"], "rds", "")).toEqual(["ec2", "rds"]);
    expect(toggled(["ec2", "rds"], "ec2", "all")).toEqual(["rds"]);
  });

  it("leaves the value for all alone", () => {
    expect(toggled(["ec2", "rds"], "all", "all")).toEqual(["all"]);
    expect(toggled(["all"], "ec2", "all")).toEqual(["ec2"]);
    expect(toggled(["all"], "all", "all")).toEqual([]);
  });
});
