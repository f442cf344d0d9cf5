/** A stretch of text, marked when a person could not see it as it is. */
export interface Segment {
  text: string;
  isHidden: boolean;
}

/** Control, bidirectional and zero-width characters: what is there but not seen, or seen elsewhere. */
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]|[\u{e0000}-\u{e007f}]/gu;

/** Splits text so that hidden characters can be shown by their names, such as `U+202E`. */
export function segments(text: string): Segment[] {
  const out: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) out.push({ text: text.slice(from, match.index), isHidden: false });
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    out.push({ text: `U+${code}`, isHidden: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) out.push({ text: text.slice(from), isHidden: false });
  return out;
}

/** Arguments of a tool as one line: the value that tells most, or the whole. */
export function shortArguments(value: unknown): string {
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
