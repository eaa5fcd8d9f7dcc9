import { describe, expect, it } from "vitest";
import { readDescription } from "../src/model/description";
import { busiest, keepShared, suggestions, withoutFilters } from "../src/model/metricsquery";
import { openapi } from "./openapi";

const description = readDescription(openapi());

describe("the busiest", () => {
  it("are by default those of the first type by its first metric", () => {
    expect(busiest({}, description)).toEqual({ types: "ec2", sort: "cpu:Maximum", limit: "8" });
  });

  it("are of the chosen type, by a statistic that its metric has", () => {
    const [metric] = description.metrics.get("lambda") ?? [];
    const { sort } = busiest({ types: "lambda" }, description);
    expect(sort?.split(":")[0]).toBe(metric?.name);
    expect(metric?.statistics).toContain(sort?.split(":")[1]);
  });

  it("are of all types where all are chosen", () => {
    expect(busiest({ types: "all" }, description)).toEqual({ types: "all", sort: "cpu:Maximum", limit: "8" });
  });

  it("are as the link says where it says something", () => {
    const query = { types: "ec2", sort: "network_in:Average:asc", limit: "3", hours: "6" };
    expect(busiest(query, description)).toEqual(query);
  });
});

describe("what is offered", () => {
  it("are the metrics of the chosen types alone", () => {
    expect(suggestions("metrics", { resource_type: "s3" }, description)).toEqual(["bucket_size", "object_count"]);
    expect(suggestions("sort", { types: "ec2" }, description)).toContain("cpu:Average");
    expect(suggestions("metrics", { types: "all" }, description)).toContain("bucket_size");
  });

  it("is nothing for a parameter that has its own choices or none", () => {
    expect(suggestions("period", {}, description)).toBeNull();
  });
});

describe("switching between the two questions", () => {
  it("keeps what both take", () => {
    expect(withoutFilters({ resource_ids: "i", regions: "r", types: "ec2", hours: "6" })).toEqual({
      resource_ids: "i",
      hours: "6",
    });
    expect(keepShared({ resource_ids: "i", hours: "6", metrics: "cpu" })).toEqual({ hours: "6" });
  });
});
