import { describe, expect, it } from "vitest";
import { compared, exactUsd, separated, sumOf, usd } from "../src/model/decimal";

describe("decimal numbers", () => {
  it("are added exactly, where binary fractions are not", () => {
    expect(sumOf(["0.10", "0.20"])).toBe("0.30");
    expect(sumOf(["80.00", "0.004300", "12.5"])).toBe("92.504300");
    expect(sumOf(["90071992547409.93", "0.01"])).toBe("90071992547409.94");
    expect(sumOf(["5.00", "-5.01"])).toBe("-0.01");
    expect(sumOf([])).toBe("0.00");
  });

  it("are compared by what they are, not by how long they are written", () => {
    expect(compared("9.5", "10")).toBe(-1);
    expect(compared("10.000", "10")).toBe(0);
    expect(compared("90071992547409.94", "90071992547409.93")).toBe(1);
  });

  it.each([
    ["80.00", "$80.00"],
    ["1234567.5", "$1,234,567.50"],
    ["12.345", "$12.35"],
    ["12.3449", "$12.34"],
    ["0.995", "$1.00"],
    ["0.0043", "<$0.01"],
    ["0.005", "$0.01"],
    ["0.00", "$0.00"],
    ["-16.4", "−$16.40"],
    ["-0.001", "−<$0.01"],
  ])("%s are %s", (amount, written) => {
    expect(usd(amount)).toBe(written);
  });

  it("keep every digit where they are exact", () => {
    expect([exactUsd("0.0104"), exactUsd("1234.500001"), exactUsd("-0.5")]).toEqual([
      "$0.0104",
      "$1,234.500001",
      "−$0.5",
    ]);
    expect(["1000", "100", "1234567.1234567"].map(separated)).toEqual(["1,000", "100", "1,234,567.1234567"]);
  });
});
