import "../text/en/system";
import { type ReactNode, useId, useState } from "react";
import { exposed } from "../access/exposed";
import { elapsed, timeOfDay } from "../format/time";
import { Chip, type Tone } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Loaded } from "../parts/Loaded";
import { Confirm } from "../form/Modal";
import { say } from "../form/notice";
import { Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { HealthCheck, HealthStatus, PresenceResult } from "../rpc/protocol";
import type { Resource } from "../store/resource";
import { useResource, useSelect, useStore } from "../store/react";
import { t } from "../text/text";

const TONES: Record<HealthStatus, Tone> = { starting: "run", healthy: "ok", degraded: "warn", unhealthy: "danger" };
const URGENCY: readonly HealthStatus[] = ["unhealthy", "degraded", "starting", "healthy"];

const present: Resource<PresenceResult> = {
  key: "presence",
  load: (client) => client.call("presence", {}),
  isTouched: (type, properties) => type === "acl.decision" && ((properties as { action?: string }).action ?? "").startsWith("connect"),
};

/** What the doctor says: each check, and what mends it. */
export function DiagnosticsPage() {
  const store = useStore();
  const overview = useSelect((state) => state.overview);
  const act = useAct();
  const [isStopping, setStopping] = useState(false);
  const reloadConfig = () =>
    void act.run("reload", async () => {
      const { changed, warnings } = await store.client.call("runtime.reload", {});
      say([t("diagnostics.reloaded", { n: changed.length }), ...warnings].join("; "));
    });
  const stop = () => {
    setStopping(false);
    void act.run("stop", () => store.client.call("runtime.shutdown", {}), t("diagnostics.stopped"));
  };
  return (
    <Page
      title={t("diagnostics.title")}
      sub={t("diagnostics.sub")}
      actions={
        <>
          <button type="button" className="btn btn-primary" disabled={act.isBlocked} onClick={() => void store.refreshOverview()}>
            {t("diagnostics.check")}
          </button>
          <button type="button" className="btn" disabled={act.isBlocked} onClick={reloadConfig}>
            {t("diagnostics.reload")}
          </button>
          <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setStopping(true)}>
            {t("diagnostics.stop")}
          </button>
        </>
      }
    >
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <Loaded of={overview} onRetry={() => void store.refreshOverview()}>
        {({ health, home, address }) => (
          <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Card title={t("diagnostics.checks")}>
              <ul className="divide-y divide-line">
                {[...health.checks].sort((a, b) => URGENCY.indexOf(a.status) - URGENCY.indexOf(b.status)).map((check) => (
                  <Check key={check.id} check={check} />
                ))}
              </ul>
            </Card>
            <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
              <Card title={t("diagnostics.daemon")}>
                <dl className="facts">
                  <dt>{t("diagnostics.version")}</dt>
                  <dd>{health.version}</dd>
                  <dt>{t("diagnostics.uptime")}</dt>
                  <dd>{elapsed(health.uptime_ms)}</dd>
                  <dt>{t("diagnostics.pid")}</dt>
                  <dd>{health.pid}</dd>
                  <dt>{t("diagnostics.home")}</dt>
                  <dd className="font-mono text-code">{home}</dd>
                  <dt>{t("diagnostics.address")}</dt>
                  <dd className="font-mono text-code">{address}</dd>
                  <dt>{t("diagnostics.handled")}</dt>
                  <dd>{health.pipeline.total_processed}</dd>
                  <dt>{t("diagnostics.active")}</dt>
                  <dd>{health.pipeline.active_requests}</dd>
                </dl>
              </Card>
              <Outside />
              <Presence />
            </div>
          </div>
        )}
      </Loaded>
      <Confirm
        title={t("diagnostics.stopTitle")}
        text={t("diagnostics.stopText")}
        action={t("diagnostics.stop")}
        isOpen={isStopping}
        isBlocked={act.isBlocked}
        onConfirm={stop}
        onClose={() => setStopping(false)}
      />
    </Page>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id} className="card-title">
        {title}
      </h2>
      {children}
    </section>
  );
}

function Check({ check: { id, status, reason, since, fix } }: { check: HealthCheck }) {
  return (
    <li className="grid gap-1 py-2 text-sm" data-check={id}>
      <span className="flex flex-wrap items-center gap-2" data-row tabIndex={-1}>
        <Chip tone={TONES[status]}>{t(`diagnostics.status.${status}`)}</Chip>
        <span className="font-semibold">{id}</span>
        <span className="text-xs text-text-3">{t("diagnostics.since", { time: timeOfDay(since) })}</span>
      </span>
      <span className="wrap-anywhere text-text-2">
        <Plain text={reason} />
      </span>
      {fix && status !== "healthy" && (
        <span className="wrap-anywhere">
          {t("diagnostics.fix")}: <code className="rounded bg-code-bg px-1.5 font-mono text-code">{fix}</code>
        </span>
      )}
    </li>
  );
}

function Outside() {
  const store = useStore();
  const status = useResource(exposed);
  return (
    <Card title={t("diagnostics.outside")}>
      <Loaded of={status} lines={2} onRetry={() => store.resources.reload(exposed.key)}>
        {({ endpoints, problems }) => (
          <div className="grid gap-1 text-sm">
            {endpoints.length === 0 && <p className="text-text-2">{t("diagnostics.outsideNone")}</p>}
            {endpoints.map(({ url, fingerprint }) => (
              <p key={url} className="wrap-anywhere">
                {url}
                {fingerprint && <span className="block font-mono text-code text-text-2">{t("diagnostics.fingerprint", { fingerprint })}</span>}
              </p>
            ))}
            {problems.map((problem) => (
              <p key={problem} className="wrap-anywhere text-warn-text">
                {problem}
              </p>
            ))}
          </div>
        )}
      </Loaded>
    </Card>
  );
}

function Presence() {
  const store = useStore();
  const list = useResource(present);
  return (
    <Card title={t("diagnostics.presence")}>
      <Loaded of={list} lines={2} onRetry={() => store.resources.reload(present.key)}>
        {({ presence }) => (
          <ul className="divide-y divide-line text-sm">
            {presence.map(({ host, mode, version, ts, text }, n) => (
              <li key={`${host} ${ts} ${n}`} className="py-1.5">
                <span className="font-medium wrap-anywhere">
                  <Plain text={host} max={80} />
                </span>
                <span className="block text-text-2">{t("diagnostics.presenceRow", { mode, version, time: timeOfDay(ts) })}</span>
                {text && (
                  <span className="block wrap-anywhere">
                    <Plain text={text} max={200} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
