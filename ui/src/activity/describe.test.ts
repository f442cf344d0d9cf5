import { expect, test } from "vitest";
import { events } from "../rpc/samples";
import { describe as line, isRoutine, matcher, toneOf } from "./describe";

const recorded = events.map(({ type, properties }, n) => ({ position: n + 1, at: 0, type, properties }));

test("every event the daemon can record has a line that is not too long", () => {
  for (const event of recorded) {
    expect(line(event).length).toBeLessThanOrEqual(400);
    expect(toneOf(event)).toBeTruthy();
    expect(typeof isRoutine(event)).toBe("boolean");
  }
});

test("a filter asks for words and for fields", () => {
  const check = (query: string, types: (type: string) => boolean) => {
    const found = recorded.filter(matcher(query));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(({ type }) => types(type))).toBe(true);
  };
  check("type:permission", (type) => type.startsWith("permission"));
  check("type:agent.tool", (type) => type.startsWith("agent.tool"));
  check("  ", () => true);
  expect(recorded.filter(matcher("type:permission no-such-word-anywhere"))).toEqual([]);
});
