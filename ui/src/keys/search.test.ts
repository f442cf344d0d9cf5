import { expect, test } from "vitest";
import { search } from "./search";

function check(asked: string, texts: string[], expected: string[]): void {
  const items = texts.map((text) => {
    const prefix = "/@#".includes(text[0] ?? "") ? (text[0] ?? "") : "";
    return { id: text, prefix, kind: "", text: text.slice(prefix.length), run: () => undefined };
  });
  expect(search(items, asked).map(({ text }) => text)).toEqual(expected);
}

test("the best match comes first, and a sign asks for one kind", () => {
  check("", ["/Home", "@main"], ["Home", "main"]);
  check("ma", ["/Diagram", "@main", "#a main"], ["main", "a main"]);
  check("@", ["/Home", "@main"], ["main"]);
  check("@x", ["/x", "@main"], []);
  check("adp", ["/Adapters", "/Activity"], ["Adapters"]);
  check("(.*", ["/Home"], []);
});
