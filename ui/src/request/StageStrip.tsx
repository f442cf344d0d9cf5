import type { Request } from "../rpc/protocol";
import { t } from "../text/text";
import { isFinal, type StageState, stageStates } from "./stages";

const FILLS: Record<StageState, string> = {
  passed: "bg-ok",
  skipped: "bg-line-strong opacity-50",
  ended: "bg-warn",
  failed: "bg-danger",
  active: "bg-accent pulse",
  waiting: "stripes",
  none: "bg-surface-3",
};

/** Eight segments, one per stage. */
export function StageStrip({ request }: { request: Request }) {
  const states = stageStates(request);
  const done = states.filter((state) => state === "passed" || state === "ended").length;
  const skipped = states.filter((state) => state === "skipped").length;
  const label = isFinal(request)
    ? t("request.stripEnded", { done, skipped })
    : t("request.strip", { done, stage: request.stage });
  return (
    <span role="img" aria-label={label} title={label} className="flex w-24 shrink-0 gap-0.5">
      {states.map((state, n) => (
        <span key={n} className={`h-2 grow rounded-xs forced-color-adjust-none ${FILLS[state]}`} />
      ))}
    </span>
  );
}
