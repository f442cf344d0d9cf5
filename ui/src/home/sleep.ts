import { duration, elapsed, timeOfDay } from "../format/time";
import type { HealthResult } from "../rpc/protocol";
import { t } from "../text/text";

/** A sleep that ended longer ago than this is no news. */
const NEWS_MS = 24 * 3_600_000;

/** The last sleep of the machine and what became of it, in one sentence; nothing when it is no news. */
export function sleepText({ power, adapters }: Pick<HealthResult, "power" | "adapters">, now: number): string | undefined {
  if (!power || now - power.awake_since > NEWS_MS) return undefined;
  const times = { slept: duration(power.slept_ms), time: timeOfDay(power.awake_since, now) };
  if (adapters.total === 0) return t("home.slept", times);
  if (power.back_ms == null) return t("home.sleptWaiting", times);
  return t("home.sleptBack", { ...times, back: elapsed(power.back_ms) });
}
