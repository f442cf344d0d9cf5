import { en } from "./en";
import type { access } from "./en/access";
import type { activity } from "./en/activity";
import type { adapters } from "./en/adapters";
import type { agents } from "./en/agents";
import type { approvals } from "./en/approvals";
import type { credentials } from "./en/credentials";
import type { settings } from "./en/settings";
import type { system } from "./en/system";
import type { usage } from "./en/usage";

type Table = typeof en &
  typeof access &
  typeof activity &
  typeof adapters &
  typeof agents &
  typeof approvals &
  typeof credentials &
  typeof settings &
  typeof system &
  typeof usage;

export type TextKey = keyof Table;
/** A text, or one per plural category. */
export type Entry = string | Partial<Record<Intl.LDMLPluralRule, string>>;
type Params = Record<string, string | number>;

/** The texts that are loaded: those of the frame at once, those of a page with the page. */
const texts: Record<string, Entry> = { ...en };

/** Adds the texts of a page. */
export function addTexts(table: Record<string, Entry>): void {
  Object.assign(texts, table);
}

const plurals = new Intl.PluralRules("en");
const numbers = new Intl.NumberFormat("en");

/** The text of a key with its parameters; a parameter `n` also chooses the plural form. */
export function t(key: TextKey, params: Params = {}): string {
  const entry = texts[key] ?? key;
  const form = typeof entry === "string" ? entry : (entry[plurals.select(Number(params.n))] ?? entry.other ?? "");
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numbers.format(value) : value;
  });
}

/** Whether a key exists, for keys made from values of the daemon. */
export function hasText(key: string): key is TextKey {
  return Object.hasOwn(texts, key);
}

/** The text of a key made from a value of the daemon, or the value itself where nobody has words for it. */
export function named(prefix: string, value: string): string {
  const key = `${prefix}.${value}`;
  return hasText(key) ? t(key) : value.replaceAll("_", " ");
}
