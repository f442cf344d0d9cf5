import "../text/en/pause";
import { Pause } from "lucide-react";
import { CallError } from "../parts/ErrorPanel";
import { useNow } from "../browser/now";
import { useAct } from "../form/useAct";
import { useResource, useSelect, useStore } from "../store/react";
import { t } from "../text/text";
import { factsOf, held, pausedBy, pausedOf } from "./pause";

/** Says on every page that agents stand still, since when, for how long and by whom, and lets them go on. */
export default function PauseBar({ onChange }: { onChange: () => void }) {
  const store = useStore();
  const act = useAct();
  const now = useNow();
  const paused = useSelect(pausedOf);
  const onHold = useResource(held).value?.onHold;
  const by = useResource(pausedBy).value?.entries[0]?.principals[0];
  if (!paused) return null;
  const resume = () => void act.run("resume", () => store.client.call("runtime.resume", {}), t("pause.resumed"));
  return (
    <section aria-label={t("pause.region")} className="border-b border-line bg-surface-3 text-sm" data-paused={paused.mode}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5 md:px-4">
        <Pause size={16} strokeWidth={1.5} aria-hidden="true" />
        <p role="status" className="min-w-0 grow basis-56 wrap-anywhere">
          <strong>{t(`pause.is.${paused.mode}`)}</strong> <span className="text-text-2">{factsOf(paused, now, by, onHold).join(" · ")}</span>
        </p>
        <span className="flex gap-2">
          <button type="button" className="btn btn-primary" disabled={act.isBlocked} onClick={resume}>
            {t("pause.resume")}
          </button>
          <button type="button" className="btn" onClick={onChange}>
            {t("pause.change")}
          </button>
        </span>
      </div>
      {act.error && (
        <div className="px-3 pb-2 md:px-4">
          <CallError error={act.error} what={act.error.message} />
        </div>
      )}
    </section>
  );
}
