import { useId } from "react";
import { useNarrow } from "../browser/media";

export interface Bar {
  name: string;
  value: number;
  /** The value in words. */
  text: string;
}

/** As wide as the page, so that the words in it are as large as those around it. */
const WIDE = 1_040;
const NARROW = 320;
const HEIGHT = 200;
const BASE = HEIGHT - 22;
const TOP = 18;
/** Names are written below as many bars as have room for them. */
const NAMES_MAX = { [WIDE]: 15, [NARROW]: 5 };

/** Upright bars along the days. Its table beside it says the same in figures. */
export function DayChart({ bars, label }: { bars: readonly Bar[]; label: string }) {
  const id = useId();
  const width = useNarrow() ? NARROW : WIDE;
  const max = Math.max(...bars.map(({ value }) => value), 1);
  const slot = width / Math.max(bars.length, 1);
  const every = Math.ceil(bars.length / NAMES_MAX[width]);
  const highest = bars.find(({ value }) => value === max);
  return (
    <svg viewBox={`0 0 ${width} ${HEIGHT}`} className="chart w-full" role="img" aria-labelledby={id}>
      <title id={id}>{label}</title>
      <line x1={0} x2={width} y1={BASE} y2={BASE} className="chart-axis" />
      <line x1={0} x2={width} y1={TOP} y2={TOP} className="chart-axis" strokeDasharray="3 4" />
      <text x={0} y={TOP - 5}>
        {highest?.text}
      </text>
      {bars.map(({ name, value, text }, n) => {
        const height = value > 0 ? Math.max(2, (value / max) * (BASE - TOP)) : 0;
        return (
          <g key={name}>
            <rect x={n * slot + slot * 0.15} y={BASE - height} width={Math.min(slot * 0.7, 48)} height={height} rx={2} className="chart-bar">
              <title>{`${name}: ${text}`}</title>
            </rect>
            {n % every === 0 && (
              <text x={n * slot + slot * 0.15} y={HEIGHT - 6}>
                {name.slice(5)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** Lying bars with their names, the longest first. */
export function NamedBars({ bars, label }: { bars: readonly Bar[]; label: string }) {
  const max = Math.max(...bars.map(({ value }) => value), 1);
  return (
    <ul aria-label={label} className="grid gap-2.5">
      {bars.map(({ name, value, text }) => (
        <li key={name} className="grid gap-1 text-sm">
          <span className="flex justify-between gap-3">
            <span className="truncate">{name}</span>
            <span className="shrink-0 text-text-2">{text}</span>
          </span>
          <svg viewBox="0 0 100 4" preserveAspectRatio="none" className="chart h-2 w-full" aria-hidden="true">
            <rect width={100} height={4} className="chart-track" />
            <rect width={value > 0 ? Math.max(0.6, (value / max) * 100) : 0} height={4} className="chart-bar" />
          </svg>
        </li>
      ))}
    </ul>
  );
}
