import { Link } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { ApprovalCard } from "../approval/ApprovalCard";
import { costText } from "../format/amount";
import { timeOfDay } from "../format/time";
import { pendingOf } from "../keys/keys";
import { useTitle } from "../frame/title";
import { Boundary } from "../parts/Boundary";
import { CallError } from "../parts/ErrorPanel";
import { Skeleton } from "../parts/Skeleton";
import { useNow } from "../browser/now";
import { later } from "../browser/later";
import type { PermissionRequest, StatusResult } from "../rpc/protocol";
import { useSelect, useStore } from "../store/react";
import { t } from "../text/text";
import { isBeginning } from "./begun";
import { sleepText } from "./sleep";
import { CostCard } from "./CostCard";
import { HealthCard } from "./HealthCard";
import { RecentCard } from "./RecentCard";
import { WorkingCard } from "./WorkingCard";

const Begin = later(() => import("./Begin"));
const Held = later(() => import("../adapters/Held"));

/** Cards shown before the rest is only counted. */
const CARDS_MAX = 3;

/** What needs me, what is running, is it healthy, what did it do, what did it cost. */
export function HomePage() {
  useTitle(t("home.title"));
  const store = useStore();
  const { load, value, error, at } = useSelect((state) => state.overview);
  const isOnline = useSelect((state) => state.connection.phase === "online");
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="grid max-w-[75rem] gap-3 px-3 py-3.5 md:px-6 md:py-5">
        <header>
          <h1 tabIndex={-1} className="text-xl font-semibold">
            {value ? value.summary : t("home.title")}
          </h1>
          {value && (
            <p className="mt-0.5 text-text-2">
              {subline(value)}
              {!isOnline && at !== undefined && ` · ${t("home.asOf", { time: timeOfDay(at) })}`}
            </p>
          )}
          {value && <Slept health={value.health} />}
        </header>
        {load === "failed" && error && (
          <CallError error={error} what={t("error.load")} onRetry={() => void store.refreshOverview()} />
        )}
        {load === "loading" && <Skeleton lines={6} label={t("home.loading")} />}
        {value && <Overview value={value} />}
      </div>
    </div>
  );
}

/** What happened while nobody was there. */
function Slept({ health }: { health: StatusResult["health"] }) {
  const text = sleepText(health, useNow());
  return text === undefined ? null : <p className="mt-0.5 text-sm text-text-2">{text}</p>;
}

function Overview({ value }: { value: StatusResult }) {
  const permissions = useSelect((state) => state.permissions);
  // Strangers stand behind what your own agents ask.
  const isSender = (one: PermissionRequest) => Number(one.kind === "sender");
  const pending = [...pendingOf({ permissions })].sort((a, b) => isSender(a) - isSender(b));
  const [isNew, setNew] = useState(isBeginning);
  const more = pending.length - CARDS_MAX;
  // An older daemon does not tell.
  const reckless = value.yoloAgents ?? [];
  return (
    <>
      {value.safeMode && (
        <p role="alert" className="card border-danger text-danger-text">
          <strong>{t("home.safeMode")}</strong> · {t("home.safeModeWhy", { why: value.safeMode })}
        </p>
      )}
      {reckless.length > 0 && (
        <p role="alert" className="card border-danger text-danger-text">
          <strong>{t("home.yolo")}</strong> · {t("home.yoloAgents", { agents: reckless.join(", ") })}
        </p>
      )}
      {pending.length > 0 && (
        <section aria-label={t("home.needsYou")} className="grid gap-3">
          <h2 className="sr">{t("home.needsYou")}</h2>
          {pending.slice(0, CARDS_MAX).map((permission) => (
            <ApprovalCard key={permission.id} permission={permission} />
          ))}
          {more > 0 && (
            <p className="text-sm">
              <Link to="/approvals">{t("home.more", { n: more })}</Link>
            </p>
          )}
        </section>
      )}
      <Suspense>
        <Held />
        {isNew && <Begin value={value} onDismiss={() => setNew(false)} />}
      </Suspense>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <Boundary>
            <WorkingCard working={value.working} />
          </Boundary>
          <Boundary>
            <RecentCard recent={value.recent} />
          </Boundary>
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <Boundary>
            <HealthCard value={value} />
          </Boundary>
          <Boundary>
            <CostCard value={value} />
          </Boundary>
        </div>
      </div>
    </>
  );
}

/** What the sentence above does not say: it tells of work only when nothing needs a person. */
function subline({ waiting, working, health, costToday }: StatusResult): string {
  const n = health.checks.filter((check) => check.status !== "healthy").length;
  const parts = [
    n === 0 ? t("home.healthy") : t("home.unhealthy", { n }),
    t("home.costToday", { cost: costText(costToday) }),
  ];
  if (waiting.length > 0) {
    parts.unshift(working.length > 0 ? t("home.working", { n: working.length }) : t("home.nothingWorking"));
  }
  return parts.join(" · ");
}
