import "../text/en/schedule";
import { timeOfDay } from "../format/time";
import type { Tone } from "../parts/Chip";
import type { JobView, RunView, When } from "../rpc/protocol";
import { named, t } from "../text/text";
import { draftOf } from "./when";

/** When a job is due, in words; an expression that has none as it is. */
export function whenText(when: When): string {
  const { kind, n, unit, time, weekday, day, expression, zone } = draftOf(when, 0);
  switch (kind) {
    case "every":
      return t(`schedule.every.${unit}`, { n: Number(n) });
    case "once":
      return when.kind === "at" ? t("schedule.onceAt", { time: timeOfDay(when.value.at) }) : "";
    case "cron":
      return `${expression} (${zone})`;
    case "weekly":
      return t("schedule.weeklyAt", { day: t(`schedule.weekday.${weekday as "0"}`), time, zone });
    case "monthly":
      return t("schedule.monthlyAt", { day, time, zone });
    default:
      return t(`schedule.${kind}At`, { time, zone });
  }
}

/** When it runs next, or why it does not. */
export function nextText({ job }: JobView): string {
  if (job.run_at != null) return t("schedule.next", { time: timeOfDay(job.run_at) });
  return t(job.is_enabled ? "schedule.over" : "schedule.paused");
}

/** How a line of history came out. */
export function outcome({ run, status }: RunView): { tone: Tone; text: string } {
  if (status) {
    const tones: Record<string, Tone> = { completed: "ok", handled_by_automation: "ok", denied: "danger", failed: "danger", cancelled: "warn", parked: "ask" };
    return { tone: tones[status] ?? "run", text: named("schedule.status", status) };
  }
  if (run.skipped) return { tone: run.skipped === "unreadable" ? "danger" : "mute", text: t(`schedule.skipped.${run.skipped}`) };
  return { tone: "mute", text: t("schedule.forgotten") };
}
