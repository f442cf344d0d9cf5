import { marked } from "marked";

/** Blocks at the end of a growing text that the next words may still change. */
const OPEN_BLOCKS = 2;

export interface Blocks {
  /** Blocks that no later text can change. */
  settled: readonly string[];
  /** Blocks that may still change. */
  open: string[];
}

/**
 * Splits growing Markdown into blocks. Only the text after the last settled block is read again,
 * so the work per token does not grow with the length of the reply.
 */
export class Splitter {
  private source = "";
  private settled: string[] = [];
  private settledTo = 0;

  feed(text: string): Blocks {
    if (!text.startsWith(this.source)) {
      this.settled = [];
      this.settledTo = 0;
    }
    this.source = text;
    const tokens = marked.lexer(text.slice(this.settledTo));
    const blocks = tokens.filter((token) => token.raw.trim() !== "");
    const n = Math.max(0, blocks.length - OPEN_BLOCKS);
    if (n > 0) {
      const settledNow = [...this.settled];
      let seen = 0;
      for (const token of tokens) {
        const isBlock = token.raw.trim() !== "";
        if (isBlock && seen === n) break;
        this.settledTo += token.raw.length;
        if (isBlock) {
          settledNow.push(token.raw);
          seen += 1;
        }
      }
      this.settled = settledNow;
    }
    return { settled: this.settled, open: blocks.slice(n).map((token) => token.raw) };
  }
}

/** All blocks of a finished text. */
export function blocksOf(text: string): string[] {
  return marked.lexer(text).flatMap((token) => (token.raw.trim() === "" ? [] : [token.raw]));
}
