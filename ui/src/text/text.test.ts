import { expect, test } from "vitest";
import { de } from "./de";
import { en } from "./en";
import { access } from "./en/access";
import { activity } from "./en/activity";
import { adapters } from "./en/adapters";
import { agents } from "./en/agents";
import { approvals } from "./en/approvals";
import { credentials } from "./en/credentials";
import { begin } from "./en/begin";
import { files } from "./en/files";
import { held } from "./en/held";
import { notify } from "./en/notify";
import { pause } from "./en/pause";
import { request } from "./en/request";
import { schedule } from "./en/schedule";
import { settings } from "./en/settings";
import { system } from "./en/system";
import { usage } from "./en/usage";
import { drawnOut, type Entry, t } from "./text";

const tables = [en, access, activity, adapters, agents, approvals, credentials, schedule, settings, system, usage, begin, files, held, notify, pause, request];
const english: Record<string, Entry> = Object.assign({}, ...tables);

const formsOf = (entry: Entry): Partial<Record<Intl.LDMLPluralRule, string>> => (typeof entry === "string" ? { other: entry } : entry);
const blanksOf = (form: string) => [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("no key stands in two tables", () => {
  const keys = tables.flatMap((table) => Object.keys(table));
  expect(keys.filter((key, n) => keys.indexOf(key) !== n)).toEqual([]);
});

test("a translation says all that the English text says, and nothing else", () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(english).sort());
  // "every minute" needs no number where "every {n} minutes" does: form is held against form.
  for (const [key, entry] of Object.entries(de)) {
    const said: Record<string, string> = formsOf(english[key] ?? "");
    for (const [name, text] of Object.entries(formsOf(entry))) {
      expect(blanksOf(text), `${key} ${name}`).toEqual(blanksOf(said[name] ?? said.other ?? ""));
    }
  }
});

test("a count chooses its form, and what is drawn out keeps its blanks", () => {
  expect(t("waiting.button", { n: 1 })).toBe("1 waiting");
  expect(t("tokens", { n: 1200 })).toBe("1,200 tokens");
  expect(drawnOut("As of {time}")).toMatch(/^Aš öf \{time\}~+$/);
});
