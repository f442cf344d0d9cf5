import { duration, timeOfDay } from "../format/time";
import type { AclAuditListResult, Paused, PauseMode, RuntimeSummaryResult } from "../rpc/protocol";
import { byType, type Resource } from "../store/resource";
import type { State } from "../store/state";
import { t } from "../text/text";

const MINUTE_MS = 60_000;
/** How long a pause may last that ends by itself; the first is what is offered. */
export const SPANS_MS = [60, 15, 240, 480].map((minutes) => minutes * MINUTE_MS);

/** The three things a pause may be. */
export const CHOICES = ["new_work", "all", "while"] as const;
export type PauseChoice = (typeof CHOICES)[number];

/** The pause that is in force, as far as it is known here. */
export function pausedOf({ overview, connection }: Pick<State, "overview" | "connection">): Paused | undefined {
  const health = overview.value?.health ?? connection.hello?.snapshot.health;
  return health?.paused ?? undefined;
}

/** What the daemon is told for a choice. */
export function paramsOf(choice: PauseChoice, spanMs: number): { mode: PauseMode; forMs: number | null } {
  return { mode: choice === "new_work" ? "new_work" : "all", forMs: choice === "while" ? spanMs : null };
}

/** The choice that says what is in force already. */
export function choiceOf(paused: Paused): PauseChoice {
  if (paused.mode === "new_work") return "new_work";
  return paused.until == null ? "all" : "while";
}

/** Since when, by whom, until when and what is held, each in words; what is not known is left out. */
export function factsOf(paused: Paused, now: number, by?: string, onHold?: number): string[] {
  const time = timeOfDay(paused.since, now);
  const facts = [by === undefined ? t("pause.since", { time }) : t("pause.sinceBy", { time, who: whoText(by) })];
  if (paused.until == null) facts.push(t("pause.open"));
  else {
    const left = duration(Math.max(1, Math.ceil((paused.until - now) / MINUTE_MS)) * MINUTE_MS);
    facts.push(t("pause.until", { time: timeOfDay(paused.until, now), left }));
  }
  if (onHold !== undefined) facts.push(onHold === 0 ? t("pause.noneHeld") : t("pause.onHold", { n: onHold }));
  return facts;
}

function whoText(principal: string): string {
  return principal === "owner" ? t("pause.you") : principal.replace(":", " ");
}

/** How much stands still; fetched only while there is a pause. */
export const held: Resource<RuntimeSummaryResult> = {
  key: "runtime.summary",
  load: (client) => client.call("runtime.summary", {}),
  isTouched: byType(/^(nex\.request|turn|message|agent|session|permission|runtime)\./),
};

/** The latest decision that let somebody pause: the pause itself does not say who it was. */
export const pausedBy: Resource<AclAuditListResult> = {
  key: "acl.audit.list paused",
  load: (client) => client.call("acl.audit.list", { filter: { resource: "runtime.pause", verdict: "allow" }, limit: 1 }),
  isTouched: byType(/^runtime\.paused/),
};
