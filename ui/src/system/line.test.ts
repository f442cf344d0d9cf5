import { expect, test } from "vitest";
import { parseLine } from "./line";

test("a line of the log is taken apart, anything else is shown as it is", () => {
  const raw = JSON.stringify({
    timestamp: "2026-11-21T18:36:33.130Z",
    level: "WARN",
    fields: { message: "adapter", state: "failed" },
    target: "nexus",
  });
  expect(parseLine(raw, 3)).toMatchObject({ n: 3, level: "WARN", text: "adapter state=failed (nexus)" });
  for (const odd of ["", "{", "null", "[1]", '{"level":1}', "plain words", `{"a":"${"x".repeat(70_000)}"}`]) {
    expect(parseLine(odd, 0).level).toBe("");
  }
});
