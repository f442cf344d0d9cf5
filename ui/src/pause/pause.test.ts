import { expect, test } from "vitest";
import type { Paused } from "../rpc/protocol";
import { initialState } from "../store/state";
import "../text/en/pause";
import { choiceOf, factsOf, paramsOf, pausedOf } from "./pause";

const NOW = new Date(2026, 10, 22, 14, 30).getTime();
const since = new Date(2026, 10, 22, 14, 2).getTime();
const all: Paused = { mode: "all", since, until: null };

test("a pause is told with what is known of it", () => {
  const check = (paused: Paused, expected: string[], by?: string, onHold?: number) =>
    expect(factsOf(paused, NOW, by, onHold)).toEqual(expected);
  check(all, ["since 14:02", "until somebody resumes"]);
  check(all, ["since 14:02 by you", "until somebody resumes", "1 request is on hold"], "owner", 1);
  const until = NOW + 3_599_000;
  check({ ...all, until }, ["since 14:02 by person carla", "until 15:29 (1 h left)", "nothing is on hold"], "person:carla", 0);
  check({ ...all, until: NOW - 1 }, ["since 14:02", "until 14:29 (1 m left)"]);
});

test("each choice is what the daemon is told, and is found again in what it answers", () => {
  const check = (choice: "new_work" | "all" | "while", mode: string, forMs: number | null) => {
    const params = paramsOf(choice, 900_000);
    expect(params).toEqual({ mode, forMs });
    expect(choiceOf({ mode: params.mode, since, until: params.forMs && since + params.forMs })).toBe(choice);
  };
  check("new_work", "new_work", null);
  check("all", "all", null);
  check("while", "all", 900_000);
});

test("before anything was fetched there is no pause", () => {
  expect(pausedOf(initialState)).toBeUndefined();
});
