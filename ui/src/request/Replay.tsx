import "../text/en/request";
import { useEffect, useMemo, useState } from "react";
import { LongText } from "../chat/LongText";
import { Diff } from "../chat/Diff";
import { Payload } from "../approval/Payload";
import { Receipt } from "../approval/Receipt";
import { costText, tokensText } from "../format/amount";
import { prettyJson, shortArguments } from "../format/payload";
import { exactTime } from "../format/time";
import { isTyping } from "../keys/keys";
import { Markdown } from "../markdown/Markdown";
import { Chip } from "../parts/Chip";
import { Loaded } from "../parts/Loaded";
import { Plain } from "../parts/Plain";
import type { RequestsGetResult, SessionsHistoryResult, Turn } from "../rpc/protocol";
import { byType, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { type Step, stepsOf } from "./steps";

/** Most messages of a turn that are told. */
const MESSAGES_MAX = 200;

function messagesOf(turn: Turn): Resource<SessionsHistoryResult> {
  const params = { key: turn.session_key, turnId: turn.id, limit: MESSAGES_MAX };
  return {
    key: `sessions.history ${turn.id}`,
    load: (client) => client.call("sessions.history", params),
    isTouched: byType(/^(message\.recorded|turn\.(updated|completed)|session\.(reset|deleted))/),
  };
}

/** What the agent did, one recorded step at a time. Nothing is done again. */
export default function Replay({ value, turn }: { value: RequestsGetResult; turn: Turn }) {
  const store = useStore();
  const resource = messagesOf(turn);
  const history = useResource(resource);
  return (
    <section className="card" aria-labelledby="replay-title" data-replay>
      <h2 id="replay-title" className="card-title">
        {t("replay.title")}
      </h2>
      <Loaded of={history} lines={4} onRetry={() => store.resources.reload(resource.key)}>
        {({ messages }) => <Steps value={value} messages={messages} />}
      </Loaded>
    </section>
  );
}

function Steps({ value, messages }: { value: RequestsGetResult; messages: SessionsHistoryResult["messages"] }) {
  const steps = useMemo(() => stepsOf(value, messages), [value, messages]);
  const [at, setAt] = useState(0);
  const n = Math.min(at, steps.length - 1);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key !== "[" && event.key !== "]") return;
      event.preventDefault();
      setAt((now) => Math.max(0, Math.min(steps.length - 1, now + (event.key === "]" ? 1 : -1))));
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [steps.length]);
  const step = steps[n];
  if (!step) return <p className="text-sm text-text-2">{t("replay.none")}</p>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 md:grid-cols-[15rem_minmax(0,1fr)]">
      <div className="grid content-start gap-2">
        <div className="flex items-center gap-2">
          <button type="button" className="btn" disabled={n === 0} onClick={() => setAt(n - 1)}>
            {t("replay.back")} <kbd className="kbd">[</kbd>
          </button>
          <button type="button" className="btn" disabled={n === steps.length - 1} onClick={() => setAt(n + 1)}>
            {t("replay.next")} <kbd className="kbd">]</kbd>
          </button>
        </div>
        <ol aria-label={t("replay.steps")} className="grid max-h-80 gap-0.5 overflow-y-auto text-sm">
          {steps.map((each, m) => (
            <li key={each.key}>
              <button
                type="button"
                data-row
                aria-current={m === n ? "step" : undefined}
                className="flex min-h-8 w-full items-center gap-2 rounded-lg px-2 text-start -outline-offset-2 hover:bg-surface-2 aria-[current=step]:bg-accent-soft pointer-coarse:min-h-11"
                onFocus={() => setAt(m)}
                onClick={() => setAt(m)}
              >
                <span className="meta w-5 text-end">{m + 1}</span>
                <span className="min-w-0 truncate">{headingOf(each)}</span>
              </button>
            </li>
          ))}
        </ol>
      </div>
      <div className="min-w-0">
        <p role="status" className="text-sm font-semibold">
          {t("replay.position", { n: n + 1, of: steps.length })} · {headingOf(step)}
          {step.at !== undefined && <span className="meta font-normal"> {exactTime(step.at)}</span>}
        </p>
        <div className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-2 text-sm" data-step={step.kind}>
          <Detail step={step} />
        </div>
      </div>
    </div>
  );
}

function headingOf(step: Step): string {
  switch (step.kind) {
    case "asked":
      return t("replay.asked");
    case "reply":
      return step.nCalls > 0 ? t("replay.replyCalls", { n: step.nCalls }) : t("replay.reply");
    case "call":
      return t("replay.call", { tool: step.call.name });
    case "decision":
      return t(step.permission.status === "pending" ? "replay.asksYou" : step.isRefused ? "replay.refused" : "replay.decided");
    case "result":
      return t("replay.result", { tool: step.call.name });
    case "end":
      return t("replay.end");
  }
}

function Detail({ step }: { step: Step }) {
  switch (step.kind) {
    case "asked":
      return (
        <>
          <p className="whitespace-pre-wrap wrap-anywhere">
            <Plain text={step.text} />
          </p>
          {step.nPictures > 0 && <p className="text-text-2">{t("replay.pictures", { n: step.nPictures })}</p>}
        </>
      );
    case "reply":
      return (
        <>
          {step.reasoning && (
            <p className="border-s-2 border-line ps-3 whitespace-pre-wrap wrap-anywhere text-text-2">
              <Plain text={step.reasoning} />
            </p>
          )}
          {step.text ? <Markdown text={step.text} /> : <p className="text-text-2">{t("replay.onlyCalls")}</p>}
        </>
      );
    case "call":
      return (
        <>
          <p className="font-mono text-code wrap-anywhere">{shortArguments(step.call.arguments)}</p>
          <Payload text={prettyJson(step.call.arguments)} label={t("tool.arguments")} />
        </>
      );
    case "decision":
      return (
        <>
          <p>{step.permission.reason}</p>
          <Payload text={step.permission.action.summary} label={t("ask.payload")} />
          {step.permission.status === "pending" ? <p>{t("replay.waits")}</p> : <Receipt permission={step.permission} />}
        </>
      );
    case "result":
      return (
        <>
          <p>
            <Chip tone={step.call.status === "completed" ? "ok" : step.call.status === "failed" ? "danger" : "mute"}>{t(`tool.short.${step.call.status}`)}</Chip>
          </p>
          {step.call.record && <Diff text={step.call.record} />}
          {step.call.result ? <LongText text={step.call.result} /> : <p className="text-text-2">{t("tool.noResult")}</p>}
        </>
      );
    case "end":
      return (
        <p>
          {[step.turn.model, tokensText(step.turn.usage), costText(step.turn.cost), step.turn.stop_reason && t(`stop.${step.turn.stop_reason}`)]
            .filter(Boolean)
            .join(" · ")}
        </p>
      );
  }
}
