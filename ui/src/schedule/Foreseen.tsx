import { timeOfDay } from "../format/time";
import { Chip, type Tone } from "../parts/Chip";
import type { CheckVerdict, SchedulePreviewResult } from "../rpc/protocol";
import { hasText, t } from "../text/text";

const TONES: Record<CheckVerdict, Tone> = { allow: "ok", ask: "ask", deny: "danger" };

/** What a job would do: its next times, and what access control says about each thing it may do. */
export function Foreseen({ preview: { times, foreseen } }: { preview: SchedulePreviewResult }) {
  return (
    <div className="grid gap-2 text-sm">
      <p>{times.length > 0 ? t("schedule.nextTimes", { times: times.map((at) => timeOfDay(at)).join(" · ") }) : t("schedule.neverDue")}</p>
      <ul aria-label={t("schedule.foreseen")} className="grid gap-1">
        {foreseen.map(({ what, verdict, reason }) => {
          const key = `schedule.what.${what}`;
          return (
            <li key={what} className="flex flex-wrap items-baseline gap-x-2" data-foreseen={what}>
              <Chip tone={TONES[verdict]}>{t(`schedule.verdict.${verdict}`)}</Chip>
              <span className={hasText(key) ? "" : "font-mono text-code"}>{hasText(key) ? t(key) : what}</span>
              <span className="min-w-0 grow basis-40 wrap-anywhere text-text-2">{reason}</span>
            </li>
          );
        })}
      </ul>
      <p className="text-xs text-text-2">{t("schedule.foreseenHelp")}</p>
    </div>
  );
}
