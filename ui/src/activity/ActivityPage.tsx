import "../text/en/activity";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { useFilter } from "../address/useFilter";
import { Payload } from "../approval/Payload";
import { prettyJson } from "../format/payload";
import { shortId } from "../format/principal";
import { exactTime, moment } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { FilterField } from "../form/Field";
import { useNarrow } from "../browser/media";
import { Modal } from "../form/Modal";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import { VirtualList } from "../parts/VirtualList";
import type { RecordedEvent } from "../store/state";
import { useFeed, useSelect, useStore } from "../store/react";
import { t } from "../text/text";
import { ActivityTabs } from "./ActivityTabs";
import { describe, isRoutine, matcher, requestOf, toneOf } from "./describe";

/** Events that are read at once from before those that are shown. */
const EARLIER_LEN = 500;

/** Everything that is recorded, as it happens. */
export function ActivityPage() {
  const store = useStore();
  const act = useAct();
  const live = useFeed();
  const hasMet = useSelect((state) => state.position !== undefined);
  const [frozen, setFrozen] = useState<readonly RecordedEvent[]>();
  const [isFollowing, setFollowing] = useState(true);
  const [{ q: query, routine }, change] = useFilter({ q: "", routine: "" });
  const hasRoutine = routine !== "";
  const [open, setOpen] = useState<RecordedEvent>();
  const isNarrow = useNarrow();
  const events = frozen ?? live;
  const first = events[0]?.position;
  const earlier = () =>
    void act.run("earlier", async () => {
      setFollowing(false);
      await store.loadEarlier(EARLIER_LEN);
    });
  // Who opens the page wants to see what was, not an empty list.
  useEffect(() => {
    if (hasMet && store.feed.events.length === 0) store.loadEarlier(EARLIER_LEN).catch(() => undefined);
  }, [store, hasMet]);
  const shown = useMemo(() => {
    const matches = matcher(query);
    return events.filter((event) => (hasRoutine || query !== "" || !isRoutine(event)) && matches(event));
  }, [events, query, hasRoutine]);
  const nNew = frozen ? live.length - frozen.length : 0;
  const togglePause = () => setFrozen(frozen ? undefined : live);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== " " || event.defaultPrevented || target.closest("input, textarea, select, button, a, [role=dialog]")) return;
      event.preventDefault();
      togglePause();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
  const count = shown.length === events.length ? t("activity.count", { n: events.length }) : t("activity.countOf", { n: shown.length, all: events.length });
  return (
    <Page title={t("activity.title")} sub={t("activity.sub")} isFull>
      <ActivityTabs />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <FilterField label={t("activity.filter")} value={query} onChange={(q) => change({ q })} />
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input type="checkbox" checked={hasRoutine} onChange={(event) => change({ routine: event.target.checked ? "1" : "" })} />
          {t("activity.routine")}
        </label>
        <button type="button" className="btn" aria-pressed={frozen !== undefined} onClick={togglePause}>
          {t(frozen ? "activity.resume" : "activity.pause")} <kbd className="kbd">Space</kbd>
        </button>
        <button type="button" className="btn" disabled={act.isBlocked || first === 1} onClick={earlier}>
          {act.busy ? t("activity.reading") : t(first === 1 ? "activity.first" : "activity.earlier")}
        </button>
        <span className="meta">
          {count}
          {nNew > 0 && ` · ${t("activity.paused", { n: nNew })}`}
        </span>
      </div>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      {events.length === 0 && <Empty>{t("activity.empty")}</Empty>}
      {events.length > 0 && shown.length === 0 && <Empty>{t("page.none", { filter: query })}</Empty>}
      {shown.length > 0 && (
        <VirtualList
          items={shown}
          keyOf={({ position }) => position}
          rowPx={isNarrow ? 60 : 32}
          label={t("activity.list")}
          isFollowing={isFollowing && frozen === undefined}
          onFollowing={setFollowing}
        >
          {(event) => <Row event={event} onOpen={() => setOpen(event)} />}
        </VirtualList>
      )}
      {open && <Details event={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function Row({ event, onOpen }: { event: RecordedEvent; onOpen: () => void }) {
  return (
    <button
      type="button"
      data-row
      onClick={onOpen}
      className="grid h-full w-full grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 px-3 text-start text-sm hover:bg-surface-2 -outline-offset-2 md:grid-cols-[4.5rem_14rem_minmax(0,1fr)]"
    >
      <span className="text-xs text-text-2">{exactTime(event.at)}</span>
      <span className="truncate">
        <Chip tone={toneOf(event)}>{event.type}</Chip>
      </span>
      <span className="col-span-full truncate md:col-auto">
        <Plain text={describe(event)} max={240} />
      </span>
    </button>
  );
}

/** Longest record that is shown whole. */
const RAW_LEN_MAX = 32_000;

function Details({ event, onClose }: { event: RecordedEvent; onClose: () => void }) {
  const request = requestOf(event);
  const raw = prettyJson(event.properties);
  return (
    <Modal title={t("activity.event", { n: event.position })} isOpen onClose={onClose} isWide>
      <div className="grid gap-3 text-sm">
        <p>
          <Chip tone={toneOf(event)}>{event.type}</Chip> {moment(event.at)}
        </p>
        {request && (
          <p>
            {t("activity.request")}:{" "}
            <Link to="/r/$id" params={{ id: request }}>
              {t("ask.trace", { id: shortId(request) })}
            </Link>
          </p>
        )}
        <Payload text={raw.length > RAW_LEN_MAX ? `${raw.slice(0, RAW_LEN_MAX)}…` : raw} label={t("activity.raw")} />
        <button type="button" className="btn justify-self-start" onClick={onClose}>
          {t("page.close")}
        </button>
      </div>
    </Modal>
  );
}
