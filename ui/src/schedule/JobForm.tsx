import "../text/en/schedule";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { ActForm } from "../form/ActForm";
import { Choice, Field, INPUT } from "../form/Field";
import { Modal } from "../form/Modal";
import { useAct } from "../form/useAct";
import type { Job, JobKind, JobSession, JobSpec, MissedPolicy, SchedulePreviewResult } from "../rpc/protocol";
import { agentList } from "../store/lists";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { Foreseen } from "./Foreseen";
import { blank, type Draft, draftOf, here, instantOf, localOf, whenOf } from "./when";
import { WhenFields } from "./WhenFields";

const SESSIONS: readonly JobSession[] = ["own", "main", "isolated"];
const POLICIES: readonly MissedPolicy[] = ["once", "skip", "catch_up"];
const MINUTE_MS = 60_000;

interface Props {
  kind: JobKind;
  /** The job that is changed; none makes a new one. */
  job?: Job;
  onClose: () => void;
}

/** Schedules a job or gives an agent a heartbeat, or changes one. */
export function JobForm({ kind, job, onClose }: Props) {
  const store = useStore();
  const router = useRouter();
  const act = useAct();
  const agents = useResource(agentList).value;
  const spec = job?.spec;
  const isBeat = kind === "heartbeat";
  const [name, setName] = useState(spec?.name ?? "");
  const [agent, setAgent] = useState<string>(spec?.agent_id ?? "");
  const [draft, setDraft] = useState<Draft>(() => {
    const now = Date.now();
    return spec ? draftOf(spec.when, now) : { ...blank(now), kind: isBeat ? "every" : "daily" };
  });
  const [prompt, setPrompt] = useState(spec?.prompt ?? "");
  const [description, setDescription] = useState(spec?.description ?? "");
  const [session, setSession] = useState<JobSession>(spec?.session ?? "own");
  const [missed, setMissed] = useState<MissedPolicy>(spec?.missed ?? "once");
  const [deliver, setDeliver] = useState(spec?.deliver_to ?? "");
  const [hasHours, setHasHours] = useState(spec?.active_hours != null);
  const [from, setFrom] = useState(spec?.active_hours?.from ?? "08:00");
  const [to, setTo] = useState(spec?.active_hours?.to ?? "22:00");
  const [jitter, setJitter] = useState(String(Math.round((spec?.jitter_ms ?? 0) / MINUTE_MS)));
  const [ends, setEnds] = useState(spec?.ends_at == null ? "" : localOf(spec.ends_at));
  const [preview, setPreview] = useState<{ of: string; result: SchedulePreviewResult }>();

  const agentId = agent || agents?.defaultAgent || "main";
  const when = whenOf(draft);
  const said = (): JobSpec | undefined =>
    when && {
      name: isBeat && !spec ? "heartbeat" : name,
      description,
      agent_id: agentId,
      session,
      when,
      prompt,
      deliver_to: deliver.trim() || null,
      missed: isBeat ? "skip" : missed,
      active_hours: hasHours ? { from, to, time_zone: spec?.active_hours?.time_zone ?? here() } : null,
      jitter_ms: Math.max(0, Math.round(Number(jitter) || 0)) * MINUTE_MS,
      ends_at: instantOf(ends) ?? null,
    };
  const look = () =>
    void act.run("preview", async () => {
      const wanted = said();
      if (wanted) setPreview({ of: JSON.stringify(wanted), result: await store.client.call("schedule.preview", { job: wanted, id: job?.id ?? null }) });
    });
  const save = async () => {
    const wanted = said();
    if (!wanted) return;
    let id = job?.id ?? "";
    const isDone = await act.run(
      "save",
      async () => {
        if (isBeat) {
          const everyMs = wanted.when.kind === "every" ? wanted.when.value.ms : null;
          const hours = { activeHours: wanted.active_hours ?? null, isAtAnyHour: !hasHours };
          const made = await store.client.call("heartbeat.set", {
            agentId,
            isOn: job?.is_enabled ?? true,
            everyMs,
            prompt,
            session,
            deliverTo: deliver.trim(),
            ...hours,
          });
          id = made.heartbeat?.job.id ?? "";
        } else if (job) {
          await store.client.call("schedule.update", { id: job.id, job: wanted });
        } else {
          id = (await store.client.call("schedule.create", { job: wanted })).job.job.id;
        }
      },
      t("schedule.saved", { name: wanted.name }),
    );
    if (!isDone) return;
    store.resources.reload("schedule.");
    onClose();
    if (!job && id !== "") void router.navigate({ to: "/schedule/$id", params: { id } });
  };
  // What was foreseen of a job that has been changed since is said no more.
  const isForeseen = preview !== undefined && preview.of === JSON.stringify(said());
  const title = job ? t("schedule.changeTitle", { name: job.spec.name }) : t(isBeat ? "schedule.addHeartbeat" : "schedule.add");
  const options = [...new Set([agentId, ...(agents?.agents.map(({ id }) => id) ?? [])])];
  return (
    <Modal title={title} isOpen onClose={onClose} isWide>
      <ActForm act={act} action={t(job ? "schedule.save" : "schedule.make")} onSubmit={() => void save()} onCancel={onClose}>
        {isBeat && <p className="text-sm text-text-2">{t("schedule.heartbeatHelp")}</p>}
        <div className="grid gap-3 md:grid-cols-2">
          {!isBeat && (
            <Field label={t("schedule.name")}>
              <input className={INPUT} autoFocus required maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
            </Field>
          )}
          <Field label={t("schedule.agent")}>
            <Choice label={t("schedule.agent")} value={agentId} options={options.map((id) => [id, id] as const)} onChange={setAgent} />
          </Field>
        </div>
        <WhenFields draft={draft} isBeat={isBeat} onChange={setDraft} />
        <Field label={t("schedule.prompt")} help={isBeat ? t("schedule.promptBeatHelp") : undefined}>
          <textarea className={`${INPUT} min-h-24`} required={!isBeat} value={prompt} onChange={(event) => setPrompt(event.target.value)} />
        </Field>
        <details className="grid gap-3">
          <summary className="cursor-pointer text-sm font-medium">{t("schedule.more")}</summary>
          <div className="mt-3 grid gap-3">
            {!isBeat && (
              <Field label={t("schedule.description")}>
                <input className={INPUT} maxLength={500} value={description} onChange={(event) => setDescription(event.target.value)} />
              </Field>
            )}
            <div className="grid gap-3 md:grid-cols-2">
              <Field label={t("schedule.session")}>
                <Choice label={t("schedule.session")} value={session} options={SESSIONS.map((each) => [each, t(`schedule.session.${each}`)] as const)} onChange={setSession} />
              </Field>
              {!isBeat && (
                <Field label={t("schedule.missed")}>
                  <Choice label={t("schedule.missed")} value={missed} options={POLICIES.map((each) => [each, t(`schedule.missed.${each}`)] as const)} onChange={setMissed} />
                </Field>
              )}
              <Field label={t("schedule.deliver")} help={t("schedule.deliverHelp")}>
                <input className={INPUT} spellCheck={false} placeholder="telegram:42" value={deliver} onChange={(event) => setDeliver(event.target.value)} />
              </Field>
              {!isBeat && (
                <Field label={t("schedule.jitter")} help={t("schedule.jitterHelp")}>
                  <input className={INPUT} type="number" min={0} max={60} value={jitter} onChange={(event) => setJitter(event.target.value)} />
                </Field>
              )}
              {!isBeat && (
                <Field label={t("schedule.ends")}>
                  <input className={INPUT} type="datetime-local" value={ends} onChange={(event) => setEnds(event.target.value)} />
                </Field>
              )}
            </div>
            <label className="flex min-h-8 items-center gap-2 text-sm">
              <input type="checkbox" checked={hasHours} onChange={(event) => setHasHours(event.target.checked)} />
              {t("schedule.hoursOnly")}
            </label>
            {hasHours && (
              <div className="grid grid-cols-2 gap-3">
                <Field label={t("schedule.from")}>
                  <input className={INPUT} type="time" required value={from} onChange={(event) => setFrom(event.target.value)} />
                </Field>
                <Field label={t("schedule.to")}>
                  <input className={INPUT} type="time" required value={to} onChange={(event) => setTo(event.target.value)} />
                </Field>
              </div>
            )}
          </div>
        </details>
        <div className="grid gap-2">
          <div>
            <button type="button" className="btn" disabled={act.isBlocked || !when} onClick={look}>
              {t("schedule.look")}
            </button>
          </div>
          {isForeseen && <Foreseen preview={preview.result} />}
        </div>
      </ActForm>
    </Modal>
  );
}
