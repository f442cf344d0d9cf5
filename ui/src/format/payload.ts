/** A stretch of text, marked when a person could not see it as it is. */
export interface Segment {
  text: string;
  isHidden: boolean;
}

/** Control, bidirectional and zero-width characters: what is there but not seen, or seen elsewhere. */
const HIDDEN = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]|[\u{e0000}-\u{e007f}])\1*/gu;

/** Most stretches that are marked one by one: a text of nothing else would fill the page with marks. */
const MARKED_MAX = 500;

/**
 * Splits text so that hidden characters can be shown by their names, such as `U+202E`; many of the
 * same in a row are counted. Behind the first few hundred the names stand in the text in brackets.
 */
export function segments(text: string): Segment[] {
  const out: Segment[] = [];
  let from = 0;
  let nMarked = 0;
  let plain = "";
  const close = () => {
    if (plain !== "") out.push({ text: plain, isHidden: false });
    plain = "";
  };
  for (const match of text.matchAll(HIDDEN)) {
    const [run] = match;
    plain += text.slice(from, match.index);
    from = match.index + run.length;
    const first = String.fromCodePoint(run.codePointAt(0) ?? 0);
    const n = run.length / first.length;
    const name = `U+${(first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}${n > 1 ? ` ×${n}` : ""}`;
    if (nMarked++ < MARKED_MAX) {
      close();
      out.push({ text: name, isHidden: true });
    } else {
      plain += `⟨${name}⟩`;
    }
  }
  plain += text.slice(from);
  close();
  return out;
}

/** Longest line that tells arguments. */
const SHORT_LEN_MAX = 400;

/** Arguments of a tool as one line: the value that tells most, or the whole. */
export function shortArguments(value: unknown): string {
  const line = tellingValue(value);
  return line.length > SHORT_LEN_MAX ? `${line.slice(0, SHORT_LEN_MAX)}…` : line;
}

function tellingValue(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value ?? "");
  const record = value as Record<string, unknown>;
  for (const key of ["path", "url", "pattern", "query", "command", "name"]) {
    if (typeof record[key] === "string") return record[key];
  }
  if (Array.isArray(record["argv"])) return record["argv"].join(" ");
  const text = JSON.stringify(value);
  return text === "{}" ? "" : text;
}

export function prettyJson(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
}
