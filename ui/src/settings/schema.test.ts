import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { draftOf, kindOf, schemaOf, valueOf, type Schema } from "./schema";

const root: Schema = {
  properties: {
    a: { properties: { n: { type: "integer" }, on: { type: "boolean" }, how: { enum: ["x", "y"] }, list: { type: "array", items: { type: "string" } } } },
    b: { additionalProperties: { properties: { name: { type: ["string", "null"] }, any: {} } } },
  },
};

test("each key has the control its schema asks for", () => {
  const check = (key: string, kind: string) => expect(kindOf(schemaOf(root, key))).toBe(kind);
  check("a.n", "integer");
  check("a.on", "boolean");
  check("a.how", "choice");
  check("a.list", "lines");
  check("b.whatever.name", "text");
  check('b."with.dots".name', "text");
  check("b.x.any", "json");
  check("nowhere.at.all", "json");
});

test("what a control shows is what it says", () => {
  for (const [kind, value] of [["boolean", true], ["integer", 7], ["text", "a b"], ["lines", ["a", "b"]], ["json", { a: [1] }]] as const) {
    expect(valueOf(kind, draftOf(kind, value))).toEqual(value);
  }
  expect(() => valueOf("integer", "seven")).toThrow(SyntaxError);
  expect(() => valueOf("json", "{")).toThrow(SyntaxError);
});

test("the schema that is published is one the form understands", () => {
  const published = JSON.parse(readFileSync(new URL("../../../docs/schema/nexus.toml.schema.json", import.meta.url), "utf8")) as Schema;
  expect(kindOf(schemaOf(published, "acl.answer_ms"))).toBe("integer");
  expect(kindOf(schemaOf(published, "adapters.echo.enabled"))).toBe("boolean");
});
