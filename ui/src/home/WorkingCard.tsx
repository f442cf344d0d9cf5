import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { elapsed } from "../format/time";
import { CallError } from "../parts/ErrorPanel";
import { Plain } from "../parts/Plain";
import { useNow } from "../browser/now";
import { RpcError } from "../rpc/error";
import type { Request } from "../rpc/protocol";
import { RequestChip } from "../request/RequestChip";
import { StageStrip } from "../request/StageStrip";
import { useSelect, useStore } from "../store/react";
import { t } from "../text/text";

/** One line per request at work, with a way to stop it. */
export function WorkingCard({ working }: { working: Request[] }) {
  const [error, setError] = useState<RpcError>();
  return (
    <section className="card" aria-labelledby="working-title">
      <h2 id="working-title" className="card-title">
        {t("home.workingNow")}
      </h2>
      {working.length === 0 ? (
        <p className="text-sm text-text-2">
          {t("home.workingEmpty")} <Link to="/chat">{t("home.say")}</Link>
        </p>
      ) : (
        <ul className="divide-y divide-line">
          {working.map((request) => (
            <Row key={request.id} request={request} onError={setError} />
          ))}
        </ul>
      )}
      {error && (
        <div className="mt-2">
          <CallError error={error} what={error.message} />
        </div>
      )}
    </section>
  );
}

function Row({ request, onError }: { request: Request; onError: (error: RpcError | undefined) => void }) {
  const store = useStore();
  const now = useNow();
  const isOnline = useSelect((state) => state.connection.phase === "online");
  const [isStopping, setStopping] = useState(false);
  const { session_key: session, turn_id } = request;
  const stop = async () => {
    if (!session) return;
    setStopping(true);
    onError(undefined);
    await store.abort(session, turn_id ?? undefined).catch((cause: unknown) => onError(RpcError.of(cause)));
    setStopping(false);
  };
  return (
    <li className="flex flex-wrap items-center gap-x-2.5 gap-y-1 py-1.5">
      <RequestChip status={request.status} />
      <Link
        to="/r/$id"
        params={{ id: request.id }}
        className="min-w-40 grow basis-0 truncate py-1 text-text no-underline hover:underline"
      >
        <span className="font-semibold">{request.agent_id ?? "…"}</span> · <Plain text={request.purpose} max={200} />
      </Link>
      <StageStrip request={request} />
      <span className="meta w-16 text-end">{elapsed(now - request.started_at)}</span>
      {session && request.status !== "queued" && (
        <button type="button" className="btn" disabled={isStopping || !isOnline} onClick={() => void stop()}>
          {isStopping ? t("chat.stopping") : t("chat.stop")}
        </button>
      )}
    </li>
  );
}
