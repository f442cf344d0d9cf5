import { duration } from "../format/time";
import { useNow } from "../browser/now";
import type { RequestsGetResult } from "../rpc/protocol";
import { t } from "../text/text";
import { spansOf, timeSplit } from "./spans";

/** Who had the time: model, tools, the person who was asked, Nexus itself. */
export function TimeSplit({ value }: { value: RequestsGetResult }) {
  const now = useNow();
  const split = timeSplit(spansOf(value, now).spans);
  const parts = [
    { ms: split.model, fill: "bg-accent", text: t("request.time.agent", { time: duration(split.model) }) },
    { ms: split.tools, fill: "bg-ok", text: t("request.time.tools", { time: duration(split.tools) }) },
    { ms: split.you, fill: "bg-ask", text: t("request.time.you", { time: duration(split.you) }) },
    { ms: split.nexus, fill: "bg-text-3", text: t("request.time.nexus", { time: duration(split.nexus) }) },
  ].filter((part) => part.ms > 0);
  if (parts.length === 0) return null;
  return (
    <section className="card" aria-labelledby="time-title">
      <h2 id="time-title" className="card-title">
        {t("request.timeWent")}
      </h2>
      <div aria-hidden="true" className="flex h-2 forced-color-adjust-none overflow-hidden rounded-full bg-surface-3">
        {parts.map((part) => (
          <span key={part.text} className={part.fill} style={{ flexGrow: part.ms }} />
        ))}
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-text-3">
        {parts.map((part) => (
          <li key={part.text} className="flex items-center gap-1.5">
            <span aria-hidden="true" className={`size-2 rounded-full ${part.fill}`} />
            {part.text}
          </li>
        ))}
      </ul>
    </section>
  );
}
