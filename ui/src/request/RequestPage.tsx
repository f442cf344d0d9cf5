import { Link, useParams } from "@tanstack/react-router";
import { Suspense, useEffect, useState } from "react";
import { ApprovalCard } from "../approval/ApprovalCard";
import { Payload } from "../approval/Payload";
import { isRefused } from "../chat/items";
import { ToolRow } from "../chat/ToolRow";
import { costText, tokensText } from "../format/amount";
import { principalText, shortId } from "../format/principal";
import { duration, exactTime } from "../format/time";
import { useTitle } from "../frame/title";
import { CallError } from "../parts/ErrorPanel";
import { useNow } from "../browser/now";
import { Plain } from "../parts/Plain";
import { Skeleton } from "../parts/Skeleton";
import { later } from "../browser/later";
import type { RequestsGetResult } from "../rpc/protocol";
import { useSelect, useStore } from "../store/react";
import { t } from "../text/text";
import { RequestChip } from "./RequestChip";
import { isFinal } from "./stages";
import { TimeSplit } from "./TimeSplit";
import { TurnCard } from "./TurnCard";
import { Waterfall } from "./Waterfall";

const Replay = later(() => import("./Replay"));

/** One request, stage by stage: what came in, what was decided, what ran, what it cost. */
export function RequestPage() {
  const { id } = useParams({ from: "/r/$id" });
  const store = useStore();
  useEffect(() => store.watchRequest(id), [store, id]);
  const fetched = useSelect((state) => state.requests[id]);
  const title = fetched?.value?.request.purpose || t("request.untitled");
  useTitle(title);
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-3 py-3.5 md:px-6 md:py-5">
        <header>
          <p className="text-xs text-text-3">
            <Link to="/">{t("nav.home")}</Link> / {t("request.crumb")}
          </p>
          <h1 tabIndex={-1} className="text-xl font-semibold wrap-anywhere">
            {fetched?.value ? <>“<Plain text={title} max={500} />”</> : title}
          </h1>
          {fetched?.value && <FactsLine value={fetched.value} />}
        </header>
        {fetched?.error && !fetched.value && (
          <CallError error={fetched.error} what={t("error.load")} onRetry={() => store.watchRequest(id)()} />
        )}
        {!fetched?.value && !fetched?.error && <Skeleton lines={9} label={t("request.loading")} />}
        {fetched?.value && <Body value={fetched.value} />}
      </div>
    </div>
  );
}

function FactsLine({ value }: { value: RequestsGetResult }) {
  const { request, turn } = value;
  const [isCopied, setCopied] = useState(false);
  const now = useNow();
  const tookMs = (request.completed_at ?? now) - request.started_at;
  const facts = [
    t("request.started", { time: exactTime(request.started_at) }),
    duration(Math.max(1, tookMs)),
    ...(turn ? [tokensText(turn.usage), costText(turn.cost)] : []),
  ];
  const copy = async () => {
    await navigator.clipboard?.writeText(request.id);
    setCopied(true);
  };
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-2.5 gap-y-1">
      <RequestChip status={request.status} />
      <span className="text-text-2">
        {[
          request.agent_id && t("request.agent", { agent: request.agent_id }),
          request.session_key && t("request.session", { session: request.session_key }),
          request.principal && principalText(request.principal),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      <span className="text-xs text-text-3">
        <span className="font-mono">{shortId(request.id)}</span> · {facts.join(" · ")}
      </span>
      <span className="grow" />
      {request.session_key && (
        <Link to="/chat/$session" params={{ session: request.session_key }} className="btn">
          {t("request.openChat")}
        </Link>
      )}
      <Link to="/logs" search={{ q: request.id }} className="btn">
        {t("request.inLog")}
      </Link>
      <Link to="/access/$tab" params={{ tab: "audit" }} search={{ request: request.id }} className="btn">
        {t("request.inAudit")}
      </Link>
      <button type="button" className="btn" onClick={() => void copy()}>
        {isCopied ? t("chat.copied") : t("request.copyId")}
      </button>
    </div>
  );
}

function Body({ value }: { value: RequestsGetResult }) {
  const { request, turn, toolCalls, permissions, arrival } = value;
  // The record of a permission request on this page is fetched; the event about it comes sooner.
  const latest = useSelect((state) => state.permissions);
  return (
    <>
      {request.error && (
        <p role="alert" className="card border-danger text-danger-text">
          {request.error}
        </p>
      )}
      <Waterfall value={value} />
      {permissions.length > 0 && (
        <section aria-labelledby="asked-title" className="grid gap-2">
          <h2 id="asked-title" className="sr">
            {t("request.asked")}
          </h2>
          {permissions.map((permission) => (
            <ApprovalCard key={permission.id} permission={latest[permission.id] ?? permission} />
          ))}
        </section>
      )}
      {turn && (
        <Suspense fallback={<Skeleton lines={4} label={t("page.loading")} />}>
          <Replay key={turn.id} value={value} turn={turn} />
        </Suspense>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-2">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <section className="card" aria-labelledby="tools-title">
            <h2 id="tools-title" className="card-title">
              {t("request.tools")}
            </h2>
            {toolCalls.length === 0 ? (
              <p className="text-sm text-text-2">{t("request.noTools")}</p>
            ) : (
              <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
                {toolCalls.map((call) => (
                  <ToolRow
                  key={call.id}
                  call={call}
                  isDenied={permissions.some((each) => each.tool_call_id === call.id && isRefused(each))}
                />
                ))}
              </div>
            )}
          </section>
          <section className="card" aria-labelledby="arrived-title">
            <h2 id="arrived-title" className="card-title">
              {t("request.arrived")}
            </h2>
            <Payload text={arrival.content} label={t("request.arrived")} />
            <dl className="facts mt-2">
              <dt>{t("request.channel")}</dt>
              <dd>{arrival.channel}</dd>
              <dt>{t("request.sender")}</dt>
              <dd>{arrival.sender_name ?? arrival.sender_id}</dd>
              <dt>{t("request.eventId")}</dt>
              <dd className="font-mono text-code">{request.event_id}</dd>
            </dl>
          </section>
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          {turn || isFinal(request) ? <TurnCard turn={turn ?? undefined} /> : null}
          <TimeSplit value={value} />
        </div>
      </div>
    </>
  );
}
