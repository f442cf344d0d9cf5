/** Something the palette can go to or do. */
export interface Found {
  id: string;
  /** The sign that asks for its kind only; empty when there is none. */
  prefix: string;
  kind: string;
  text: string;
  keys?: string;
  run: () => void;
}

const PREFIXES = "!/>@#";

/** Items that match, the best first; of the same rank in the order given. */
export function search(items: readonly Found[], text: string): Found[] {
  const prefix = text[0] !== undefined && PREFIXES.includes(text[0]) ? text[0] : "";
  const asked = text.slice(prefix.length).trim().toLowerCase();
  return items
    .filter((item) => prefix === "" || item.prefix === prefix)
    .map((item) => ({ item, rank: rankOf(item.text.toLowerCase(), asked) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** How well a text fits: its beginning, the beginning of a word, somewhere, its letters in order. */
function rankOf(text: string, asked: string): number {
  if (asked === "") return 0;
  if (text.startsWith(asked)) return 1;
  const at = text.indexOf(asked);
  if (at > 0) return /[\s/·:_-]/.test(text[at - 1] ?? "") ? 2 : 3;
  let from = 0;
  for (const letter of asked) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return Number.POSITIVE_INFINITY;
  }
  return 4;
}
