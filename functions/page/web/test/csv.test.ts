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

  it("writes lists and tags as JSON, like the API's own: no comma can be mistaken for the next tag", () => {
    expect(csv(["a", "b"], [[{ note: "Stopped in May, keep its disk", env: "dev" }, ["=x", "y"]]])).toBe(
      'a,b\r\n"{""note"":""Stopped in May, keep its disk"",""env"":""dev""}","[""=x"",""y""]"\r\n',
    );
  });

  it("leaves out the noise of fractions, and no digit of a whole number", () => {
    expect(csv(["a"], [[1.5000000000000002], [145.86239999999995], [0.1 + 0.2], [9007199254740991]])).toBe(
      "a\r\n1.5\r\n145.8624\r\n0.3\r\n9007199254740991\r\n",
    );
  });
});
