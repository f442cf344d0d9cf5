interface Props {
  label: string;
  value: number;
  max: number;
  /** From here on it is nearly full. */
  high?: number;
}

/** How full something is, as a bar. The figures stand beside it. */
export function Meter({ label, value, max, high = Number.POSITIVE_INFINITY }: Props) {
  const part = max > 0 ? Math.min(100, (value / max) * 100) : 0;
  return (
    <svg
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(value, max)}
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      className="chart h-2 w-full rounded-full"
    >
      <rect width={100} height={4} className="chart-track" />
      <rect width={value > 0 ? Math.max(0.6, part) : 0} height={4} className={value >= high ? "chart-bar-high" : "chart-bar"} />
    </svg>
  );
}
