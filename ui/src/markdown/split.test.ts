import { describe, expect, it } from "vitest";
import { blocksOf, Splitter } from "./split";

const TEXT = `# Title

A paragraph with **bold** text
over two lines.

- one
- two

  still two

\`\`\`rust
fn main() {

}
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

1. first
2. second

> quote

The end.`;

describe("the splitter", () => {
  it("ends with the blocks of the whole text, however the text arrives", () => {
    for (let step = 1; step < 40; step += 3) {
      const splitter = new Splitter();
      let blocks = splitter.feed("");
      for (let to = step; ; to += step) {
        blocks = splitter.feed(TEXT.slice(0, to));
        if (to >= TEXT.length) break;
      }
      const all = [...blocks.settled, ...blocks.open].map((block) => block.trim());
      expect(all).toEqual(blocksOf(TEXT).map((block) => block.trim()));
    }
  });

  it("never changes a settled block", () => {
    const splitter = new Splitter();
    let before: readonly string[] = [];
    for (let to = 1; to <= TEXT.length; to++) {
      const { settled } = splitter.feed(TEXT.slice(0, to));
      expect(settled.slice(0, before.length)).toEqual(before);
      before = settled;
    }
    expect(before.length).toBeGreaterThan(3);
  });

  it("starts over when the text is another one", () => {
    const splitter = new Splitter();
    splitter.feed("one\n\ntwo\n\nthree\n\nfour");
    const { settled, open } = splitter.feed("new");
    expect([...settled, ...open]).toEqual(["new"]);
  });
});
