import "../text/en/activity";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { oneOf } from "../address/query";
import { useFilter } from "../address/useFilter";
import { duration, timeOfDay } from "../format/time";
import { Choice, FilterField } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { useNarrow } from "../browser/media";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { VirtualList } from "../parts/VirtualList";
import { RequestChip } from "../request/RequestChip";
import { StageStrip } from "../request/StageStrip";
import type { Request, RequestStatus, RequestsListResult } from "../rpc/protocol";
import { byType, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { ActivityTabs } from "./ActivityTabs";

const PAGE_LEN = 100;
/** Most pages that are read one after another. */
const PAGES_MAX = 20;
const STATUSES: readonly RequestStatus[] = ["processing", "queued", "parked", "completed", "denied", "cancelled", "failed"];
type Which = "all" | RequestStatus;

function requests(which: Which, nPages: number): Resource<RequestsListResult> {
  const load: Resource<RequestsListResult>["load"] = async (client) => {
    const all: Request[] = [];
    let hasMore = true;
    for (let n = 0; n < nPages && hasMore; n++) {
      const params = { limit: PAGE_LEN, before: all.at(-1)?.id ?? null, status: which === "all" ? null : which };
      const page = await client.call("requests.list", params);
      all.push(...page.requests);
      hasMore = page.hasMore;
    }
    return { requests: all, hasMore };
  };
  return { key: `requests.list ${which} ${nPages}`, load, isTouched: byType(/^(nex\.request\.(started|queued|completed)|turn\.)/) };
}

/** One row per request: the better view for people. */
export function RequestsPage() {
  const store = useStore();
  const [{ q: filter, status }, change] = useFilter({ q: "", status: "all" });
  const which = oneOf<Which>(["all", ...STATUSES], status, "all");
  const [nPages, setPages] = useState(1);
  const isNarrow = useNarrow();
  const resource = requests(which, nPages);
  const list = useResource(resource);
  const matches = ({ id, purpose, agent_id, session_key }: Request) =>
    [id, purpose, agent_id, session_key].join(" ").toLowerCase().includes(filter.toLowerCase());
  return (
    <Page title={t("activity.title")} sub={t("requests.sub")} isFull>
      <ActivityTabs />
      <div className="flex flex-wrap gap-2">
        <FilterField label={t("requests.filter")} value={filter} onChange={(q) => change({ q })} />
        <Choice
          label={t("requests.by")}
          value={which}
          options={[["all", t("requests.by.all")], ...STATUSES.map((each) => [each, t(`request.status.${each}`)] as const)]}
          onChange={(next) => change({ status: next })}
        />
      </div>
      <Loaded of={list} onRetry={() => store.resources.reload(resource.key)}>
        {({ requests: all, hasMore }) => {
          const shown = all.filter(matches);
          if (all.length === 0 && which === "all") return <Empty>{t("requests.empty")}</Empty>;
          if (shown.length === 0) {
            return <Empty>{t("page.none", { filter: filter || (which === "all" ? "" : t(`request.status.${which}`)) })}</Empty>;
          }
          return (
            <VirtualList
              items={shown}
              keyOf={({ id }) => id}
              rowPx={isNarrow ? 80 : 44}
              label={t("requests.list")}
              onEnd={() => hasMore && nPages < PAGES_MAX && setPages(nPages + 1)}
            >
              {(request) => <Row request={request} />}
            </VirtualList>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Row({ request }: { request: Request }) {
  const { id, status, agent_id, purpose, started_at, completed_at } = request;
  return (
    <div className="grid h-full grid-cols-[auto_minmax(0,1fr)_auto] content-center items-center gap-x-3 gap-y-0.5 px-3 text-sm md:grid-cols-[7.5rem_8rem_minmax(0,1fr)_auto_5rem]">
      <span className="text-xs text-text-2">{timeOfDay(started_at)}</span>
      <span>
        <RequestChip status={status} />
      </span>
      <Link
        to="/r/$id"
        params={{ id }}
        data-row
        className="col-span-full truncate py-1 text-text no-underline hover:underline md:col-auto"
      >
        <span className="font-semibold">{agent_id ?? "…"}</span> · <Plain text={purpose} max={200} />
      </Link>
      <span className="hidden md:inline">
        <StageStrip request={request} />
      </span>
      <span className="meta hidden text-end md:inline">{completed_at ? duration(completed_at - started_at) : ""}</span>
    </div>
  );
}
