// Times in the words of a form, and back. What a form has no words for is a cron expression.
import type { When } from "../rpc/protocol";

export const KINDS = ["every", "daily", "weekdays", "weekly", "monthly", "once", "cron"] as const;
export type Kind = (typeof KINDS)[number];
export const UNITS = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
export type Unit = keyof typeof UNITS;

export interface Draft {
  kind: Kind;
  n: string;
  unit: Unit;
  /** As `HH:MM`. */
  time: string;
  /** 0 is Sunday. */
  weekday: string;
  day: string;
  /** As a field of the browser has it: local, without a zone. */
  moment: string;
  expression: string;
  zone: string;
}

const two = (n: number) => String(n).padStart(2, "0");

/** The zone of this browser. */
export const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** A moment as a field of the browser has it. */
export function localOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment that a field of the browser names; nothing while it is unfinished. */
export function instantOf(local: string): number | undefined {
  const at = new Date(local).getTime();
  return local === "" || Number.isNaN(at) ? undefined : at;
}

export function blank(now: number): Draft {
  return { kind: "daily", n: "30", unit: "minutes", time: "09:00", weekday: "1", day: "1", moment: localOf(now + UNITS.hours), expression: "0 9 * * *", zone: here() };
}

/** A whole number of the largest unit. */
function spanOf(ms: number): { n: string; unit: Unit } {
  const units: Unit[] = ["days", "hours", "minutes"];
  const unit = units.find((each) => ms % UNITS[each] === 0) ?? "minutes";
  return { n: String(Math.max(1, Math.round(ms / UNITS[unit]))), unit };
}

const NUMBER = /^\d{1,2}$/;
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** What a form shows for a time. */
export function draftOf(when: When, now: number): Draft {
  const empty = blank(now);
  if (when.kind === "every") return { ...empty, kind: "every", ...spanOf(when.value.ms) };
  if (when.kind === "at") return { ...empty, kind: "once", moment: localOf(when.value.at) };
  const { expression, time_zone } = when.value;
  const cron: Draft = { ...empty, kind: "cron", expression, zone: time_zone };
  const [minute = "", hour = "", day = "", month, weekday = "", ...more] = expression.trim().toUpperCase().split(/\s+/);
  if (!NUMBER.test(minute) || !NUMBER.test(hour) || month !== "*" || more.length > 0) return cron;
  const timed: Draft = { ...cron, time: `${two(Number(hour))}:${two(Number(minute))}` };
  if (day === "*" && weekday === "*") return { ...timed, kind: "daily" };
  if (day === "*" && (weekday === "1-5" || weekday === "MON-FRI")) return { ...timed, kind: "weekdays" };
  const named = WEEKDAYS.indexOf(weekday);
  const number = named >= 0 ? named : NUMBER.test(weekday) ? Number(weekday) % 7 : -1;
  if (day === "*" && number >= 0) return { ...timed, kind: "weekly", weekday: String(number) };
  if (weekday === "*" && NUMBER.test(day)) return { ...timed, kind: "monthly", day: String(Number(day)) };
  return cron;
}

/** The time that a form says; nothing while it is unfinished. */
export function whenOf(draft: Draft): When | undefined {
  const { kind, n, unit, time, weekday, day, moment, expression, zone } = draft;
  if (kind === "every") {
    const ms = Number(n) * UNITS[unit];
    return Number.isFinite(ms) && ms > 0 ? { kind: "every", value: { ms: Math.round(ms) } } : undefined;
  }
  if (kind === "once") {
    const at = instantOf(moment);
    return at === undefined ? undefined : { kind: "at", value: { at } };
  }
  const cron = (text: string): When => ({ kind: "cron", value: { expression: text, time_zone: zone.trim() } });
  if (kind === "cron") return expression.trim() === "" ? undefined : cron(expression.trim());
  const [hour, minute] = time.split(":").map(Number);
  if (hour === undefined || minute === undefined || Number.isNaN(hour + minute)) return undefined;
  const rest = { daily: "* * *", weekdays: "* * 1-5", weekly: `* * ${weekday}`, monthly: `${Number(day)} * *` }[kind];
  return cron(`${minute} ${hour} ${rest}`);
}
