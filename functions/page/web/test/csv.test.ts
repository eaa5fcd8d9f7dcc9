import { describe, expect, it } from "vitest";
import { csv } from "../src/model/csv";

describe("CSV", () => {
  it("quotes what RFC 4180 wants quoted", () => {
    expect(
      csv(
        ["a", "b"],
        [
          ['say "x"', "one, two"],
          ["line\nbreak", null],
        ],
      ),
    ).toBe('a,b\r\n"say ""x""","one, two"\r\n"line\nbreak",\r\n');
  });

  it.each(["=1+1", "+x", "-x", "@x", "\tx"])("disarms the text %j", (text) => {
    expect(csv(["a"], [[text]])).toBe(`a\r\n'${text}\r\n`);
  });

  it("disarms a carriage return, which is quoted as well", () => {
    expect(csv(["a"], [["\rx"]])).toBe(`a\r\n"'\rx"\r\n`);
  });

  it("leaves numbers alone: credits are negative", () => {
    expect(csv(["a"], [[-42.5], [true]])).toBe("a\r\n-42.5\r\ntrue\r\n");
  });

  it("disarms lists and tags by how they begin", () => {
    expect(csv(["a"], [[["=x", "y"]]])).toBe('a\r\n"\'=x, y"\r\n');
  });
});
