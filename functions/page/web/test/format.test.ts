import { describe, expect, it } from "vitest";
import {
  bytes,
  dayBefore,
  days,
  duration,
  exact,
  MISSING,
  middle,
  money,
  number,
  percent,
  plain,
  price,
  shortMoney,
  time,
  utc,
  withTimes,
  withUnit,
} from "../src/model/format";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [1234567, "1,234,567"],
    [12.345, "12.3"],
    [1.2345, "1.23"],
    [0.01234, "0.012"],
    [0.0000184, "1.8e-5"],
    [null, MISSING],
    [Number.NaN, MISSING],
  ])("%s is %s", (value, expected) => {
    expect(number(value)).toBe(expected);
  });

  it("keep every digit in a tooltip", () => {
    expect(exact(715.2259184685)).toBe("715.2259184685");
  });
});

describe("money", () => {
  it.each([
    [412.184, "$412.18"],
    [-40, "−$40.00"],
    [0, "$0.00"],
    [0.00000184, "<$0.01"],
    [-0.001, "−<$0.01"],
    [null, MISSING],
  ])("%s is %s", (value, expected) => {
    expect(money(value)).toBe(expected);
  });

  it("has no unit where it is usage, whose unit is in the title", () => {
    expect(money(1234.5, "Hrs")).toBe("1,234.50");
    expect(money(1234.5, null)).toBe("1,234.50");
    expect(shortMoney(2500, "Hrs")).toBe("2.5k");
  });

  it("is short on an axis", () => {
    expect([0, 250, 1500, -50].map((value) => shortMoney(value, "USD"))).toEqual(["$0", "$250", "$1.5k", "−$50"]);
  });

  it("of a view shows fractions of a cent", () => {
    expect([0, 0.0016, 0.02, 1.5].map(price)).toEqual(["$0.00", "$0.0016", "$0.02", "$1.50"]);
  });
});

describe("units", () => {
  it.each([
    [93, "Percent", "93 %"],
    [5368709120, "Bytes", "5 GiB"],
    [0.035, "Seconds", "35 ms"],
    [1500, "Milliseconds", "1.5 s"],
    [1, "Days", "1 day"],
    [5, "Minutes", "5 minutes"],
    [64, "Count", "64"],
    [51200, "Megabytes", "51,200 MB"],
    [3, "Kilobytes", "3 kB"],
    [9.34, "USD", "$9.34"],
    [12, "GB", "12 GB"],
    [3600, "WriteCapacityUnit-Hrs", "3,600 WriteCapacityUnit-Hrs"],
    [40, "IOPS-Mo", "40 IOPS-Mo"],
    [null, "Percent", MISSING],
  ])("%s %s is %s", (value, unit, expected) => {
    expect(withUnit(value, unit)).toBe(expected);
  });

  it("signs a change", () => {
    expect([percent(8, true), percent(-8.04, true), percent(0, true)]).toEqual(["+8 %", "−8 %", "0 %"]);
  });

  it("takes the largest unit of bytes", () => {
    expect([0, 1023, 1536, 3 * 1024 ** 4].map(bytes)).toEqual(["0 B", "1,023 B", "1.5 KiB", "3 TiB"]);
  });
});

describe("times", () => {
  it("are in UTC in a tooltip", () => {
    expect(utc("2026-11-20T10:36:25.142Z")).toBe("2026-11-20 10:36:25 UTC");
  });

  it("know the last day of a range with an exclusive end", () => {
    expect([dayBefore("2026-03-01"), dayBefore("2027-01-01")]).toEqual(["2026-02-28", "2026-12-31"]);
  });

  it("of a range have each month and year once", () => {
    expect(days("2026-11-01", "2026-11-26")).toBe("1–25 Nov");
    expect(days("2026-09-27", "2026-10-27")).toBe("27 Sept – 26 Oct");
    expect(days("2026-11-24", "2026-11-25")).toBe("24 Nov");
    expect(days("2026-11-01", "2026-11-26", true)).toBe("1–25 Nov 2026");
    expect(days("2025-12-30", "2026-01-03", true)).toBe("30 Dec 2025 – 2 Jan 2026");
  });

  it("of a range that is none are its start", () => {
    expect([days("2026-11-24", "2026-11-24"), days("soon", "later")]).toEqual(["24 Nov", "soon"]);
  });

  it("have the largest unit that divides them", () => {
    expect([86400, 3600, 300, 90].map(duration)).toEqual(["1 day", "1 hour", "5 minutes", "90 seconds"]);
  });
});

describe("texts", () => {
  it("are shortened in the middle, by characters and not by their halves", () => {
    expect(middle("arn:aws:s3:::bucket", 11)).toBe("arn:a…ucket");
    expect(middle("🙂🙂🙂🙂🙂", 3)).toBe("🙂…🙂");
    expect(middle("short", 10)).toBe("short");
  });

  it("of lists and tags are readable", () => {
    expect(plain(["i-1", "i-2"])).toBe("i-1, i-2");
    expect(plain({ env: "prod", team: "" })).toBe("env=prod, team=");
    expect(plain(null)).toBe("");
  });
});

describe("a sentence of the API", () => {
  it("has its moments as they stand elsewhere on the page, and its days and the rest as they were", () => {
    const [first, second] = ["2026-11-26T07:00:00Z", "2026-11-25T23:30:00.5+01:00"];
    expect(withTimes(`In the hour from ${first}. Not from ${second}, nor on 2026-11-26; version 2026-11-26Tx.`)).toBe(
      `In the hour from ${time(first)}. Not from ${time(second)}, nor on 2026-11-26; version 2026-11-26Tx.`,
    );
    expect(time(first)).toMatch(/2026, \d\d:\d\d$/);
  });

  it("keeps what is no moment", () => {
    expect(withTimes("at 2026-99-99T07:00:00Z")).toBe("at 2026-99-99T07:00:00Z");
  });
});
