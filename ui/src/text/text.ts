import { en } from "./en";

export type TextKey = keyof typeof en;
type Params = Record<string, string | number>;

const plurals = new Intl.PluralRules("en");
const numbers = new Intl.NumberFormat("en");

/** The text of a key with its parameters; a parameter `n` also chooses the plural form. */
export function t(key: TextKey, params: Params = {}): string {
  const entry: string | Partial<Record<Intl.LDMLPluralRule, string>> = en[key];
  const form = typeof entry === "string" ? entry : (entry[plurals.select(Number(params.n))] ?? entry.other ?? "");
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numbers.format(value) : value;
  });
}

/** Whether a key exists, for keys made from values of the daemon. */
export function hasText(key: string): key is TextKey {
  return key in en;
}
