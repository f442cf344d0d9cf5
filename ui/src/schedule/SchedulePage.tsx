import "../text/en/schedule";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Chip } from "../parts/Chip";
import { FilterField } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { useNow } from "../browser/now";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import type { JobKind, JobView } from "../rpc/protocol";
import { useOnline, useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { JobForm } from "./JobForm";
import { jobList } from "./resources";
import { Timeline } from "./Timeline";
import { nextText, outcome, whenText } from "./words";

/** Time moves on in the picture once a minute. */
const MINUTE_MS = 60_000;

/** What agents do by themselves, and when. */
export function SchedulePage() {
  const store = useStore();
  const isOnline = useOnline();
  const list = useResource(jobList);
  const now = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS;
  const [filter, setFilter] = useState("");
  const [making, setMaking] = useState<JobKind>();
  return (
    <Page
      title={t("schedule.title")}
      sub={t("schedule.sub")}
      actions={
        <>
          <button type="button" className="btn btn-primary" disabled={!isOnline} onClick={() => setMaking("job")}>
            {t("schedule.add")}
          </button>
          <button type="button" className="btn" disabled={!isOnline} onClick={() => setMaking("heartbeat")}>
            {t("schedule.addHeartbeat")}
          </button>
        </>
      }
    >
      <FilterField label={t("schedule.filter")} value={filter} onChange={setFilter} />
      <Loaded of={list} onRetry={() => store.resources.reload(jobList.key)}>
        {({ jobs }) => {
          const wanted = filter.toLowerCase();
          const shown = jobs.filter(({ job: { spec } }) => `${spec.name} ${spec.agent_id} ${spec.description ?? ""}`.toLowerCase().includes(wanted));
          if (jobs.length === 0) return <Empty>{t("schedule.empty")}</Empty>;
          if (shown.length === 0) return <Empty>{t("page.none", { filter })}</Empty>;
          return (
            <>
              <Timeline jobs={shown} now={now} />
              <ul aria-label={t("schedule.list")} className="card divide-y divide-line py-1">
                {shown.map((view) => (
                  <Row key={view.job.id} view={view} />
                ))}
              </ul>
            </>
          );
        }}
      </Loaded>
      {making && <JobForm kind={making} onClose={() => setMaking(undefined)} />}
    </Page>
  );
}

function Row({ view }: { view: JobView }) {
  const { job, isRunning, last } = view;
  const { name, agent_id, when, description } = job.spec;
  const ended = last && !isRunning ? outcome(last) : undefined;
  return (
    <li className="grid gap-0.5 py-2.5 text-sm" data-job={name}>
      <span className="flex flex-wrap items-center gap-2">
        <Link to="/schedule/$id" params={{ id: job.id }} data-row className="font-semibold wrap-anywhere">
          <Plain text={name} />
        </Link>
        {job.kind === "heartbeat" && <span className="chip chip-mute">{t("schedule.heartbeat")}</span>}
        {isRunning && <Chip tone="run">{t("schedule.running")}</Chip>}
        {!job.is_enabled && <Chip tone="mute">{t("schedule.paused")}</Chip>}
        {ended && <Chip tone={ended.tone}>{ended.text}</Chip>}
      </span>
      <span className="wrap-anywhere text-text-2">
        {[nextText(view), whenText(when), agent_id].join(" · ")}
      </span>
      {description && (
        <span className="wrap-anywhere text-text-2">
          <Plain text={description} />
        </span>
      )}
    </li>
  );
}
