import { expect, test } from "vitest";
import { filterOf, oneOf, readQuery, withFilter, writeQuery } from "./query";

const BLANK = { q: "", level: "all" };

test("a filter is read from an address, and what is not there is as usual", () => {
  const check = (search: string, expected: object) => expect(filterOf(BLANK, search)).toEqual(expected);
  check("", BLANK);
  check("?q=a+b&level=warn&other=1", { q: "a b", level: "warn" });
  check("?q=%3Fx%3D1%26y%23&q=second", { q: "?x=1&y#", level: "all" });
  check("?q=%E0%A4%A&__proto__=x", { q: "\uFFFD%A", level: "all" });
});

test("a change leaves out what is as usual, and keeps what others wrote", () => {
  const check = (search: string, change: Partial<typeof BLANK>, expected: string) =>
    expect(withFilter(BLANK, search, change)).toBe(expected);
  check("", { q: "a&b" }, "?q=a%26b");
  check("?q=a&x=1", { q: "" }, "?x=1");
  check("?q=a", { level: "warn" }, "?q=a&level=warn");
  check("?level=warn", { level: "all" }, "");
});

test("what is written is read again as it was, numbers as texts", () => {
  const check = (query: Record<string, string>) => expect(readQuery(writeQuery(query))).toEqual(query);
  check({});
  check({ q: "12", b: "true", c: "ü \u200b%", d: '"x"' });
});

test("a choice that does not exist is none", () => {
  expect(oneOf(["all", "warn"], "warn", "all")).toBe("warn");
  expect(oneOf(["all", "warn"], "hasOwnProperty", "all")).toBe("all");
});
