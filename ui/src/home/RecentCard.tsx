import { Link } from "@tanstack/react-router";
import { useFilter } from "../address/useFilter";
import { duration, timeOfDay } from "../format/time";
import { Plain } from "../parts/Plain";
import type { Request } from "../rpc/protocol";
import { RequestChip } from "../request/RequestChip";
import { StageStrip } from "../request/StageStrip";
import { t } from "../text/text";

/** The last requests that ended, each with its eight stages and a way in. */
export function RecentCard({ recent }: { recent: Request[] }) {
  const [{ q: filter }, change] = useFilter({ q: "" });
  const words = filter.toLowerCase();
  const shown = recent.filter(({ purpose, agent_id, id, status }) =>
    `${purpose} ${agent_id ?? ""} ${id} ${t(`request.status.${status}`)}`.toLowerCase().includes(words),
  );
  return (
    <section className="card" aria-labelledby="recent-title">
      <div className="mb-1.5 flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 id="recent-title" className="grow text-sm font-semibold text-text-2">
          {t("home.recent")}
        </h2>
        {recent.length > 0 && (
          <input
            type="search"
            data-filter
            className="field min-h-8 max-w-56 py-0.5 text-sm pointer-coarse:min-h-11"
            placeholder={t("home.recentFilter")}
            aria-label={t("home.recentFilter")}
            value={filter}
            onChange={(event) => change({ q: event.target.value })}
          />
        )}
      </div>
      {recent.length === 0 && <p className="text-sm text-text-2">{t("home.recentEmpty")}</p>}
      {recent.length > 0 && shown.length === 0 && (
        <p className="text-sm text-text-2">{t("home.recentNone", { filter })}</p>
      )}
      <ul className="divide-y divide-line">
        {shown.map((request) => (
          <li key={request.id}>
            <Link
              to="/r/$id"
              params={{ id: request.id }}
              className="-mx-2 flex flex-wrap items-center gap-x-2.5 gap-y-1 rounded-lg px-2 py-2 text-text no-underline hover:bg-surface-2"
            >
              <RequestChip status={request.status} />
              <span className="min-w-40 grow basis-0 truncate">
                <Plain text={request.purpose || t("request.untitled")} max={200} />
              </span>
              <StageStrip request={request} />
              <span className="meta w-16 text-end">
                {request.completed_at ? duration(request.completed_at - request.started_at) : ""}
              </span>
              <span className="meta w-12 text-end">{timeOfDay(request.started_at)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
