import { expect, test } from "vitest";
import type { When } from "../rpc/protocol";
import { draftOf, instantOf, localOf, whenOf } from "./when";

const NOW = 1_800_000_000_000;
const cron = (expression: string): When => ({ kind: "cron", value: { expression, time_zone: "Europe/Berlin" } });

test("a time that is read into a form says the same", () => {
  const all: When[] = [
    cron("0 9 * * *"),
    cron("30 17 * * 1-5"),
    cron("5 8 * * 0"),
    cron("0 0 15 * *"),
    cron("*/5 9-17 * * MON-FRI"),
    cron("@daily"),
    { kind: "every", value: { ms: 5_400_000 } },
    { kind: "every", value: { ms: 172_800_000 } },
    { kind: "at", value: { at: 1_800_000_060_000 } },
  ];
  for (const when of all) expect(whenOf(draftOf(when, NOW))).toEqual(when);
});

test("a form knows what it has words for", () => {
  const kindOf = (expression: string) => draftOf(cron(expression), NOW).kind;
  expect(["0 9 * * *", "0 9 * * MON-FRI", "0 9 * * SUN", "0 9 * * 7", "0 9 1 * *", "0 9 1 * 1", "0 9 * 3 *"].map(kindOf)).toEqual([
    "daily",
    "weekdays",
    "weekly",
    "weekly",
    "monthly",
    "cron",
    "cron",
  ]);
});

test("what is unfinished says nothing", () => {
  const draft = draftOf(cron("0 9 * * *"), NOW);
  expect(whenOf({ ...draft, time: "" })).toBeUndefined();
  expect(whenOf({ ...draft, kind: "every", n: "" })).toBeUndefined();
  expect(whenOf({ ...draft, kind: "once", moment: "" })).toBeUndefined();
  expect(whenOf({ ...draft, kind: "cron", expression: " " })).toBeUndefined();
  expect(instantOf(localOf(1_800_000_060_000))).toBe(1_800_000_060_000);
});
