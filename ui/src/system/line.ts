import { exactTime } from "../format/time";

export interface LogLine {
  n: number;
  time: string;
  level: string;
  text: string;
  raw: string;
}

/** Longest line that is taken apart; a longer one is shown by its beginning. */
const PARSED_LEN_MAX = 64_000;

/** A line of the daemon's log in parts; whatever is not such a line is its own text. */
export function parseLine(raw: string, n: number): LogLine {
  const plain = { n, time: "", level: "", text: raw.slice(0, PARSED_LEN_MAX), raw };
  if (raw.length > PARSED_LEN_MAX) return plain;
  try {
    const { timestamp, level, fields, target } = JSON.parse(raw) as Record<string, unknown>;
    const { message, ...rest } = (fields ?? {}) as Record<string, unknown>;
    if (typeof timestamp !== "string" || typeof level !== "string") return plain;
    const facts = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    const text = [message, ...facts, target && `(${String(target)})`].filter(Boolean).join(" ");
    return { n, time: exactTime(Date.parse(timestamp)), level, text, raw };
  } catch {
    return plain;
  }
}
