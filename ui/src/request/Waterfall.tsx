import { duration } from "../format/time";
import { useNow } from "../browser/now";
import type { RequestsGetResult } from "../rpc/protocol";
import { t } from "../text/text";
import { type Look, type Span, spansOf } from "./spans";

const FILLS: Record<Look, string> = {
  stage: "bg-ok",
  agent: "bg-accent",
  tool: "bg-ok",
  ask: "stripes",
  failed: "bg-danger",
  skipped: "bg-surface-3",
  none: "",
};

const GRID =
  "grid grid-cols-[7.4rem_minmax(0,1fr)_4.2rem] md:grid-cols-[minmax(8rem,14rem)_minmax(0,1fr)_6rem] items-center";

/** The way through the eight stages as bars; as a table it reads the same without them. */
export function Waterfall({ value }: { value: RequestsGetResult }) {
  const now = useNow();
  const { spans, totalMs } = spansOf(value, now);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <div
      role="table"
      aria-label={t("request.waterfall")}
      className="overflow-hidden rounded-xl border border-line bg-surface text-xs md:text-sm"
    >
      <div role="rowgroup">
        <div role="row" className={`${GRID} bg-surface-2 text-xs text-text-2`}>
          <span role="columnheader" className="px-2.5 py-1.5">
            {t("request.column.stage")}
          </span>
          <span role="columnheader" className="flex justify-between px-2.5 py-1.5">
            <span className="sr">{t("request.column.when")}</span>
            {ticks.map((tick) => (
              <span key={tick} aria-hidden="true" className={tick === 0.25 || tick === 0.75 ? "hidden md:inline" : ""}>
                {tick === 0 ? "0" : duration(tick * totalMs)}
              </span>
            ))}
          </span>
          <span role="columnheader" className="px-2.5 py-1.5 text-end">
            {t("request.column.time")}
          </span>
        </div>
      </div>
      <div role="rowgroup">
        {spans.map((span) => (
          <Row key={span.key} span={span} totalMs={totalMs} />
        ))}
      </div>
    </div>
  );
}

function Row({ span, totalMs }: { span: Span; totalMs: number }) {
  const left = Math.min(99.5, (span.startMs / totalMs) * 100);
  const width = Math.min(100 - left, (span.lengthMs / totalMs) * 100);
  return (
    <div role="row" className={`${GRID} border-t border-line`}>
      <span
        role="cell"
        className={`truncate py-1.5 pe-1 ${span.isChild ? "ps-5 md:ps-7" : "ps-2.5"}`}
        title={span.label}
      >
        {span.isChild && <span aria-hidden="true">› </span>}
        {span.label}
      </span>
      <span role="cell" className="relative mx-2.5 block h-full min-h-7">
        {span.note && <span className="sr">{span.note}</span>}
        {span.look === "none" ? null : (
          <span
            aria-hidden="true"
            title={span.note}
            className={`absolute top-1/2 h-4 -translate-y-1/2 forced-color-adjust-none min-w-[3px] rounded ${FILLS[span.look]} ${span.isOpen ? "pulse" : ""}`}
            style={{ insetInlineStart: `${left}%`, width: `${width}%` }}
          />
        )}
        {span.note && !span.isChild && (
          <span
            aria-hidden="true"
            title={span.note}
            className={`absolute top-1/2 hidden max-w-full -translate-y-1/2 truncate text-xs leading-4 text-text-3 md:block ${left > 55 ? "pe-2" : "ps-2"}`}
            style={
              left > 55
                ? { insetInlineEnd: `${100 - left}%` }
                : { insetInlineStart: `${Math.min(left + width, 60)}%`, maxWidth: `${100 - Math.min(left + width, 60)}%` }
            }
          >
            {left + width > 60 && left <= 55 ? "" : span.note}
          </span>
        )}
      </span>
      <span role="cell" className="truncate px-2.5 py-1.5 text-end text-xs text-text-3">
        {timeText(span)}
      </span>
    </div>
  );
}

function timeText(span: Span): string {
  if (span.look === "none") return "–";
  if (span.look === "skipped") return t("request.skipped");
  const text = duration(span.lengthMs);
  return span.look === "ask" && span.isOpen ? `${t("request.waitingSince")} ${text}` : text;
}
