import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PLACES } from "./places";

const served = readFileSync(new URL("../../embed/lib.rs", import.meta.url), "utf8");
const list = /const PAGES[^[]*\[&str; \d+\] = \[([^\]]*)\]/.exec(served)?.[1] ?? "";
const words = [...list.matchAll(/"([^"]*)"/g)].map((match) => match[1]);

test("the daemon serves the address of every page, and of no other", () => {
  const pages = [...PLACES.map(({ to }) => to.slice(1)), "r"];
  expect([...words].sort()).toEqual(pages.sort());
});

test("every page has a key of its own", () => {
  expect(new Set(PLACES.map(({ key }) => key)).size).toBe(PLACES.length);
});
