import { en } from "./en";
import type { access } from "./en/access";
import type { activity } from "./en/activity";
import type { adapters } from "./en/adapters";
import type { agents } from "./en/agents";
import type { approvals } from "./en/approvals";
import type { credentials } from "./en/credentials";
import type { begin } from "./en/begin";
import type { files } from "./en/files";
import type { held } from "./en/held";
import type { notify } from "./en/notify";
import type { pause } from "./en/pause";
import type { request } from "./en/request";
import type { schedule } from "./en/schedule";
import type { settings } from "./en/settings";
import type { system } from "./en/system";
import type { usage } from "./en/usage";

/** Every text, by its key. */
export type Table = typeof en &
  typeof access &
  typeof activity &
  typeof adapters &
  typeof agents &
  typeof approvals &
  typeof credentials &
  typeof schedule &
  typeof settings &
  typeof system &
  typeof usage &
  typeof begin &
  typeof files &
  typeof held &
  typeof notify &
  typeof pause &
  typeof request;

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

/** What is spoken: English, German, or English drawn out to find what would not fit or is not in a table. */
export const LANGUAGES = ["en", "de", "pseudo"] as const;
export type Language = (typeof LANGUAGES)[number];
/** Where the choice is kept. */
const KEY = "nexus.language";

let translated: Record<string, Entry> = {};
let isPseudo = false;
let plurals = new Intl.PluralRules("en");
let numbers = new Intl.NumberFormat("en");

function chosen(): Language {
  const kept = localStorage.getItem(KEY);
  return LANGUAGES.find((each) => each === kept) ?? (navigator.language.startsWith("de") ? "de" : "en");
}

/** Fetches the texts of the language that was chosen, or that the browser speaks; before anything is shown. */
export async function loadLanguage(): Promise<void> {
  const language = chosen();
  isPseudo = language === "pseudo";
  if (language !== "de") return;
  translated = (await import("./de")).de;
  plurals = new Intl.PluralRules("de");
  numbers = new Intl.NumberFormat("de");
  document.documentElement.lang = "de";
}

/** Speaks another language from now on. Drafts are kept, so the page may begin anew. */
export function setLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
  location.reload();
}

/** A third longer and with accents, so that what is cut off or was never translated is seen. */
export function drawnOut(text: string): string {
  const accented = text.replace(/\{\w+\}|[aeioucnsy]/g, (found) => (found.length > 1 ? found : (ACCENTS[found] ?? found)));
  return `${accented}${"~".repeat(Math.ceil(text.length / 3))}`;
}
const ACCENTS: Record<string, string> = { a: "á", e: "é", i: "í", o: "ö", u: "ü", c: "ç", n: "ñ", s: "š", y: "ý" };

/** The text of a key with its parameters; a parameter `n` also chooses the plural form. */
export function t(key: TextKey, params: Params = {}): string {
  const entry = translated[key] ?? texts[key] ?? key;
  const plain = typeof entry === "string" ? entry : (entry[plurals.select(Number(params.n))] ?? entry.other ?? "");
  const form = isPseudo ? drawnOut(plain) : plain;
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
