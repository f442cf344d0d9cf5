import { expect, test } from "vitest";
import { sleepText } from "./sleep";

const HOUR_MS = 3_600_000;
const woke = new Date(2026, 10, 22, 6, 40).getTime();
const power = { awake_since: woke, slept_ms: 7.2 * HOUR_MS, n_sleeps: 2, back_ms: null };
const none = { total: 0, running: 0, errored: 0 };
const two = { total: 2, running: 2, errored: 0 };

test("the last sleep is told for a day, with what became of the adapters", () => {
  const now = woke + HOUR_MS;
  expect(sleepText({ power, adapters: none }, now)).toBe("Slept 7 h 12 m until 06:40.");
  expect(sleepText({ power, adapters: two }, now)).toBe("Slept 7 h 12 m until 06:40; not every adapter is back yet.");
  expect(sleepText({ power: { ...power, back_ms: 4_200 }, adapters: two }, now)).toBe(
    "Slept 7 h 12 m until 06:40; every adapter was back after 4 s.",
  );
  expect(sleepText({ power, adapters: none }, woke + 25 * HOUR_MS)).toBeUndefined();
  expect(sleepText({ power: null, adapters: none }, now)).toBeUndefined();
  expect(sleepText({ adapters: none }, now)).toBeUndefined();
});
