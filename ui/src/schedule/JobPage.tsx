import "../text/en/schedule";
import { Link, useParams, useRouter } from "@tanstack/react-router";
import { type ReactNode, useId, useState } from "react";
import { principalText } from "../format/principal";
import { duration, moment, timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Loaded } from "../parts/Loaded";
import { Confirm } from "../form/Modal";
import { Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { JobView, RunView } from "../rpc/protocol";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { Foreseen } from "./Foreseen";
import { JobForm } from "./JobForm";
import { jobOf, previewOf, runsOf } from "./resources";
import { nextText, outcome, whenText } from "./words";

/** One job: when it runs, what it says, what it may, and what became of its times. */
export function JobPage() {
  const { id = "" } = useParams({ strict: false });
  const store = useStore();
  const one = useResource(jobOf(id));
  return (
    <Page title={one.value?.job.job.spec.name ?? t("schedule.job")} sub={<Link to="/schedule">{t("schedule.list")}</Link>}>
      <Loaded of={one} onRetry={() => store.resources.reload(jobOf(id).key)}>
        {({ job: view }) => (
          <>
            <Now view={view} />
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-2">
              <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
                <Said view={view} />
                <Allowed view={view} />
              </div>
              <Runs id={id} />
            </div>
          </>
        )}
      </Loaded>
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

function Now({ view }: { view: JobView }) {
  const { job, isRunning } = view;
  const { name, prompt } = job.spec;
  const store = useStore();
  const router = useRouter();
  const act = useAct();
  const [open, setOpen] = useState<"change" | "delete">();
  const change = (method: "schedule.pause" | "schedule.resume", done: string) => void act.run(method, () => store.client.call(method, { id: job.id }), done);
  const runNow = async () => {
    let request = "";
    const isDone = await act.run("run", async () => {
      request = (await store.client.call("schedule.run", { id: job.id })).requestId;
    });
    if (isDone) void router.navigate({ to: "/r/$id", params: { id: request } });
  };
  const remove = async () => {
    setOpen(undefined);
    const isDone = await act.run("delete", () => store.client.call("schedule.delete", { id: job.id }), t("schedule.removed", { name }));
    if (isDone) void router.navigate({ to: "/schedule" });
  };
  return (
    <section className="card grid gap-2 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        {isRunning ? <Chip tone="run">{t("schedule.running")}</Chip> : <Chip tone={job.is_enabled ? "ok" : "mute"}>{nextText(view)}</Chip>}
        {job.kind === "heartbeat" && <span className="chip chip-mute">{t("schedule.heartbeat")}</span>}
        <span className="grow text-text-2">{whenText(job.spec.when)}</span>
        {prompt !== "" && (
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => void runNow()}>
            {t("schedule.runNow")}
          </button>
        )}
        {job.is_enabled ? (
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => change("schedule.pause", t("schedule.pausedDone", { name }))}>
            {t("schedule.pause")}
          </button>
        ) : (
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => change("schedule.resume", t("schedule.resumedDone", { name }))}>
            {t("schedule.resume")}
          </button>
        )}
        <button type="button" className="btn" disabled={act.isBlocked} onClick={() => setOpen("change")}>
          {t("schedule.change")}
        </button>
        <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setOpen("delete")}>
          {t("schedule.remove")}
        </button>
      </div>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      {open === "change" && <JobForm kind={job.kind} job={job} onClose={() => setOpen(undefined)} />}
      <Confirm
        title={t("schedule.removeTitle", { name })}
        text={t("schedule.removeText")}
        action={t("schedule.remove")}
        isOpen={open === "delete"}
        isBlocked={act.isBlocked}
        onConfirm={() => void remove()}
        onClose={() => setOpen(undefined)}
      />
    </section>
  );
}

function Said({ view: { job } }: { view: JobView }) {
  const { spec, maker, created_at } = job;
  const rows: [string, ReactNode][] = [
    [t("schedule.agent"), <Link key="agent" to="/agents/$id" params={{ id: spec.agent_id }}>{spec.agent_id}</Link>],
    [t("schedule.maker"), `${principalText(maker)}, ${timeOfDay(created_at)}`],
    [t("schedule.session"), t(`schedule.session.${spec.session ?? "own"}`)],
    [t("schedule.missed"), t(`schedule.missed.${job.kind === "heartbeat" ? "skip" : (spec.missed ?? "once")}`)],
  ];
  if (spec.active_hours) {
    const { from, to, time_zone } = spec.active_hours;
    rows.push([t("schedule.hours"), t("schedule.hoursText", { from, to, zone: time_zone })]);
  }
  if (spec.jitter_ms) rows.push([t("schedule.jitter"), t("schedule.jitterText", { time: duration(spec.jitter_ms) })]);
  if (spec.ends_at != null) rows.push([t("schedule.ends"), moment(spec.ends_at)]);
  if (spec.deliver_to) rows.push([t("schedule.deliver"), <Plain key="deliver" text={spec.deliver_to} />]);
  return (
    <Card title={t("schedule.said")}>
      {spec.description && (
        <p className="mb-2 text-sm wrap-anywhere">
          <Plain text={spec.description} />
        </p>
      )}
      <dl className="facts mb-2">
        {rows.map(([label, value]) => (
          <div key={label} className="contents">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {spec.prompt ? (
        <pre className="box" tabIndex={0} role="group" aria-label={t("schedule.prompt")}>
          <Plain text={spec.prompt} max={20_000} />
        </pre>
      ) : (
        <p className="text-sm text-text-2">{t("schedule.promptNone")}</p>
      )}
    </Card>
  );
}

function Allowed({ view: { job } }: { view: JobView }) {
  const store = useStore();
  const resource = previewOf(job.id, job.spec);
  const preview = useResource(resource);
  return (
    <Card title={t("schedule.allowed")}>
      <Loaded of={preview} lines={4} onRetry={() => store.resources.reload(resource.key)}>
        {(value) => <Foreseen preview={value} />}
      </Loaded>
    </Card>
  );
}

function Runs({ id }: { id: string }) {
  const store = useStore();
  const list = useResource(runsOf(id));
  return (
    <Card title={t("schedule.runs")}>
      <Loaded of={list} onRetry={() => store.resources.reload(runsOf(id).key)}>
        {({ runs }) =>
          runs.length === 0 ? (
            <p className="text-sm text-text-2">{t("schedule.runsNone")}</p>
          ) : (
            <ul className="divide-y divide-line">
              {runs.map((view) => (
                <Run key={`${view.run.due_at} ${view.run.decided_at}`} view={view} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

function Run({ view }: { view: RunView }) {
  const { run, error } = view;
  const { tone, text } = outcome(view);
  const time = moment(run.due_at);
  return (
    <li className="grid gap-0.5 py-2 text-sm" data-run={text}>
      <span className="flex flex-wrap items-center gap-2">
        <Chip tone={tone}>{text}</Chip>
        {run.request_id ? (
          <Link to="/r/$id" params={{ id: run.request_id }} data-row>
            {time}
          </Link>
        ) : (
          <span data-row tabIndex={-1}>
            {time}
          </span>
        )}
        {run.is_manual && <span className="text-text-2">{t("schedule.manual")}</span>}
        {run.n_missed > 0 && <span className="text-text-2">{t(run.request_id ? "schedule.missedBefore" : "schedule.missedTimes", { n: run.n_missed })}</span>}
      </span>
      {(error ?? run.note) && (
        <span className="wrap-anywhere text-text-2">
          <Plain text={error ?? run.note ?? ""} />
        </span>
      )}
    </li>
  );
}
