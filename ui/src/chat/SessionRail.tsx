import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { ago } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { useNow } from "../browser/now";
import { Skeleton } from "../parts/Skeleton";
import type { Session } from "../rpc/protocol";
import { useSelect, useStore } from "../store/react";
import { t } from "../text/text";
import { newSessionKey } from "./keys";

/** All sessions, the latest first. */
export function SessionRail({ current, onChoose }: { current: string; onChoose?: () => void }) {
  const store = useStore();
  const { load, value = [], error } = useSelect((state) => state.sessionList);
  const [filter, setFilter] = useState("");
  useEffect(() => void store.refreshSessions(), [store]);
  const words = filter.toLowerCase();
  const shown = value.filter(({ key, title }) => `${key} ${title ?? ""}`.toLowerCase().includes(words));
  return (
    <div className="flex min-h-0 grow flex-col gap-2 p-2">
      <Link to="/chat/$session" params={{ session: newSessionKey() }} className="btn" onClick={onChoose}>
        <Plus size={14} aria-hidden="true" /> {t("chat.new")} <kbd className="kbd">N</kbd>
      </Link>
      <input
        type="search"
        data-filter
        className="field min-h-8 text-sm pointer-coarse:min-h-11"
        placeholder={t("chat.sessionFilter")}
        aria-label={t("chat.sessionFilter")}
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      {load === "loading" && <Skeleton lines={4} label={t("chat.loading")} />}
      {load === "failed" && error && (
        <CallError error={error} what={t("error.load")} onRetry={() => void store.refreshSessions()} />
      )}
      {load === "ready" && shown.length === 0 && (
        <p className="px-2 text-sm text-text-2">
          {value.length === 0 ? t("chat.noSessions") : t("chat.noSessionMatch", { filter })}
        </p>
      )}
      <ul className="-mx-1 min-h-0 grow overflow-y-auto px-1">
        {shown.map((session) => (
          <Row key={session.key} session={session} isCurrent={session.key === current} onChoose={onChoose} />
        ))}
      </ul>
    </div>
  );
}

function Row({ session, isCurrent, onChoose }: { session: Session; isCurrent: boolean; onChoose?: () => void }) {
  const now = useNow();
  const nAsks = useSelect(
    (state) =>
      Object.values(state.permissions).filter((p) => p.session_key === session.key && p.status === "pending").length,
  );
  return (
    <li>
      <Link
        to="/chat/$session"
        params={{ session: session.key }}
        aria-current={isCurrent ? "page" : undefined}
        onClick={onChoose}
        className="my-px grid gap-0.5 rounded-lg px-2.5 py-1.5 text-text no-underline hover:bg-surface-2 aria-[current=page]:bg-accent-soft"
      >
        <span className="truncate text-sm font-medium">{session.title ?? session.key}</span>
        <span className="flex items-center gap-2 text-xs text-text-2">
          {nAsks > 0 && <Chip tone="ask">{t("request.status.parked")}</Chip>}
          {nAsks === 0 && session.is_busy && <Chip tone="run">{t("chat.busy")}</Chip>}
          <span className="truncate">{ago(Math.max(0, now - session.updated_at))}</span>
          {session.n_waiting > 0 && <span>{t("chat.waits", { n: session.n_waiting })}</span>}
        </span>
      </Link>
    </li>
  );
}
