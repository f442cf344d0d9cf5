import { useId } from "react";
import { timeOfDay } from "../format/time";
import { useNarrow } from "../browser/media";
import type { JobView } from "../rpc/protocol";
import { t } from "../text/text";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** As wide as the page, so that the words in it are as large as those around it. */
const SHAPES = { wide: { width: 1_040, names: 190, chars: 26, every: 3 }, narrow: { width: 320, names: 96, chars: 13, every: 8 } };
const ROW = 24;
const HEAD = 22;
/** Jobs that are drawn; the list below has all. */
const DRAWN_MAX = 12;

/** The next 24 hours: a row for each job, a dot for each time. The list below says the same in words. */
export function Timeline({ jobs, now }: { jobs: readonly JobView[]; now: number }) {
  const id = useId();
  const { width, names, chars, every } = SHAPES[useNarrow() ? "narrow" : "wide"];
  const due = jobs.filter(({ upcoming }) => upcoming.some((at) => at - now < DAY_MS));
  const drawn = due.slice(0, DRAWN_MAX);
  if (drawn.length === 0) return null;
  const x = (at: number) => names + ((at - now) / DAY_MS) * (width - names - 8);
  const height = HEAD + drawn.length * ROW + 4;
  const first = Math.ceil(now / (every * HOUR_MS)) * every * HOUR_MS;
  const hours = Array.from({ length: 24 / every }, (_, n) => first + n * every * HOUR_MS).filter((at) => x(at) < width - 30);
  return (
    <section className="card" aria-label={t("schedule.timeline")}>
      <svg viewBox={`0 0 ${width} ${height}`} className="chart w-full" role="img" aria-labelledby={id}>
        <title id={id}>{t("schedule.timelineText", { n: due.length })}</title>
        {hours.map((at) => (
          <g key={at}>
            <line x1={x(at)} x2={x(at)} y1={HEAD - 4} y2={height} className="chart-axis" strokeDasharray="3 4" />
            <text x={x(at)} y={12}>
              {timeOfDay(at, at)}
            </text>
          </g>
        ))}
        {drawn.map(({ job, upcoming }, row) => {
          const y = HEAD + row * ROW + ROW / 2;
          const { name } = job.spec;
          return (
            <g key={job.id}>
              <text x={0} y={y + 4}>
                {name.length > chars ? `${name.slice(0, chars - 1)}…` : name}
              </text>
              <line x1={names} x2={width} y1={y} y2={y} className="chart-axis" />
              {upcoming
                .filter((at) => at >= now - HOUR_MS && at - now < DAY_MS)
                .map((at) => (
                  <circle key={at} cx={Math.max(x(at), names)} cy={y} r={4} className="chart-bar">
                    <title>{`${name}: ${timeOfDay(at)}`}</title>
                  </circle>
                ))}
            </g>
          );
        })}
      </svg>
      {due.length > drawn.length && <p className="mt-1 text-xs text-text-2">{t("schedule.timelineMore", { n: due.length - drawn.length })}</p>}
    </section>
  );
}
