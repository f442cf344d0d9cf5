import { expect, test } from "vitest";
import type { Message } from "../../rpc/protocol";
import { contentOf } from "./content";

const saying = (parts: Message["parts"]) => ({ id: "m", turn_id: "t", role: "user", parts, created_at: 0 }) as Message;
const text = (value: string) => ({ kind: "text", value }) as const;

test("what was said and what came with it are told apart", () => {
  const image = { content_type: "image/png", blob: "a".repeat(64) };
  const message = saying([
    text("look"),
    text("[file: a.txt]\nfirst\nsecond"),
    { kind: "image", value: image },
    text("\n[attached: a.txt (text/plain)]"),
    text("\n[attached: b (2).png (image/png)]"),
  ]);
  expect(contentOf(message)).toEqual({
    text: "look",
    files: [
      { name: "a.txt", type: "text/plain", image: undefined, text: "first\nsecond" },
      { name: "b (2).png", type: "image/png", image, text: undefined },
    ],
  });
});

test("a person may write what looks like a file", () => {
  expect(contentOf(saying([text("[file: x]\nmine")]))).toEqual({ text: "[file: x]\nmine", files: [] });
});
