import { Link } from "@tanstack/react-router";
import { elapsed } from "../format/time";
import { Chip, type Tone } from "../parts/Chip";
import { useNow } from "../browser/now";
import type { HealthStatus, StatusResult } from "../rpc/protocol";
import { useSelect } from "../store/react";
import { t } from "../text/text";

const TONES: Record<HealthStatus, Tone> = { starting: "run", healthy: "ok", degraded: "warn", unhealthy: "danger" };

/** Only what is amiss is spelled out, with the command that mends it. */
export function HealthCard({ value }: { value: StatusResult }) {
  const { health, model, modelReason } = value;
  const at = useSelect((state) => state.overview.at) ?? 0;
  const now = useNow();
  const isOnline = useSelect((state) => state.connection.phase === "online");
  const amiss = health.checks.filter((check) => check.status !== "healthy");
  const uptimeMs = health.uptime_ms + (isOnline ? Math.max(0, now - at) : 0);
  return (
    <section className="card" aria-labelledby="health-title">
      <h2 id="health-title" className="card-title">
        {t("home.health")}
      </h2>
      <ul className="divide-y divide-line text-sm">
        <li className="flex items-center justify-between gap-2 py-1.5">
          <Link to="/diagnostics" className="text-text no-underline">
            <Chip tone={TONES[health.status]}>{t("home.daemon")}</Chip>
          </Link>
          <span className="meta">{t("home.uptime", { duration: elapsed(uptimeMs) })}</span>
        </li>
        {amiss.map((check) => (
          <li key={check.id} className="grid gap-1 py-2">
            <span className="flex items-center justify-between gap-2">
              <Chip tone={TONES[check.status]}>{check.id}</Chip>
              <span className="meta">{elapsed(now - check.since)}</span>
            </span>
            <span className="wrap-anywhere">{check.reason}</span>
            {check.fix && <code className="rounded bg-code-bg px-2 py-1 font-mono text-code wrap-anywhere">{check.fix}</code>}
          </li>
        ))}
        {amiss.length === 0 && health.checks.length > 0 && (
          <li className="py-1.5 text-text-2">{t("home.allWell", { n: health.checks.length })}</li>
        )}
        <li className="grid gap-0.5 py-1.5">
          <span className="flex justify-between gap-3">
            <span className="text-text-3">{t("home.model")}</span>
            <span className="font-mono text-code wrap-anywhere">{model}</span>
          </span>
          <span className="text-xs text-text-3">{modelReason}</span>
        </li>
      </ul>
    </section>
  );
}
