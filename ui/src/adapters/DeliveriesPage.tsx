import "../text/en/adapters";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { oneOf } from "../address/query";
import { useFilter } from "../address/useFilter";
import { shortId } from "../format/principal";
import { timeOfDay } from "../format/time";
import { Chip, type Tone } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Choice, FilterField } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Confirm } from "../form/Modal";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { DeliveryFacts, DeliveryStatus, OutboxListResult } from "../rpc/protocol";
import type { Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { touchesDeliveries } from "./held";
import Held from "./Held";

const PAGE_LEN = 50;
const TONES: Record<DeliveryStatus, Tone> = {
  pending: "run",
  sending: "run",
  sent: "ok",
  failed: "danger",
  unknown: "warn",
  dropped: "mute",
};

type Which = "all" | "open" | "unknown" | "failed" | "sent" | "dropped";
const STATES: Record<Which, DeliveryStatus[]> = {
  all: [],
  open: ["pending", "sending"],
  unknown: ["unknown"],
  failed: ["failed"],
  sent: ["sent"],
  dropped: ["dropped"],
};
const isTouched = touchesDeliveries;

function deliveries(which: Which, limit: number): Resource<OutboxListResult> {
  const states = STATES[which] as [DeliveryStatus];
  const params = { limit, ...(states.length > 0 && { states }) };
  return { key: `outbox.list ${which} ${limit}`, load: (client) => client.call("outbox.list", params), isTouched };
}

/** What goes out, and what nobody knows the end of. */
export function DeliveriesPage() {
  const store = useStore();
  const [{ q: filter, state }, change] = useFilter({ q: "", state: "all" });
  const which = oneOf(Object.keys(STATES) as Which[], state, "all");
  const [limit, setLimit] = useState(PAGE_LEN);
  const list = useResource(deliveries(which, limit));
  const unknown = useResource(deliveries("unknown", PAGE_LEN)).value?.deliveries ?? [];
  const matches = ({ adapter, to, text, error }: DeliveryFacts) =>
    [adapter, to, text, error].join(" ").toLowerCase().includes(filter.toLowerCase());
  return (
    <Page title={t("deliveries.title")} sub={t("deliveries.sub")}>
      {unknown.length > 0 && (
        <section className="card border-warn text-sm">
          <p className="font-semibold text-warn-text">{t("deliveries.unknown", { n: unknown.length })}</p>
          <p>{t("deliveries.unknownText")}</p>
        </section>
      )}
      <Held />
      <div className="flex flex-wrap gap-2">
        <FilterField label={t("deliveries.filter")} value={filter} onChange={(q) => change({ q })} />
        <Choice
          label={t("deliveries.by")}
          value={which}
          options={(Object.keys(STATES) as Which[]).map((each) => [each, t(`deliveries.by.${each}`)] as const)}
          onChange={(next) => change({ state: next })}
        />
      </div>
      <Loaded of={list} onRetry={() => store.resources.reload("outbox.list")}>
        {({ deliveries: all, hasMore }) => {
          const shown = all.filter(matches);
          if (all.length === 0 && which === "all") return <Empty>{t("deliveries.empty")}</Empty>;
          if (shown.length === 0) return <Empty>{t("page.none", { filter: filter || t(`deliveries.by.${which}`) })}</Empty>;
          return (
            <>
              <ul className="grid gap-2">
                {shown.map((delivery) => (
                  <Row key={delivery.id} delivery={delivery} />
                ))}
              </ul>
              {hasMore && limit < LIMIT_MAX && (
                <button type="button" className="btn self-start" onClick={() => setLimit(limit + PAGE_LEN)}>
                  {t("page.more")}
                </button>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** Most that one call hands out. */
const LIMIT_MAX = 200;

function Row({ delivery }: { delivery: DeliveryFacts }) {
  const { id, state, adapter, to, text, error, nTries, changedAt, nextAt, requestId } = delivery;
  const store = useStore();
  const act = useAct();
  const [isAsking, setAsking] = useState(false);
  const isUnknown = state === "unknown";
  const reload = () => store.resources.reload("outbox.list");
  const retry = () => {
    setAsking(false);
    void act.run("retry", () => store.client.call("outbox.retry", { id }), t("deliveries.retried")).then(reload);
  };
  const drop = () => {
    const done = t(isUnknown ? "deliveries.settled" : "deliveries.dropped");
    void act.run("drop", () => store.client.call("outbox.drop", { id }), done).then(reload);
  };
  return (
    <li className="card grid gap-1.5" data-delivery={id}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-sm">
        <Chip tone={TONES[state]}>{t(`deliveries.state.${state}`)}</Chip>
        <span className="font-medium wrap-anywhere">
          <Plain text={t("deliveries.to", { adapter, to })} max={200} />
        </span>
        <span className="grow text-text-2">
          {timeOfDay(changedAt)} · {t("deliveries.tries", { n: nTries })}
          {nextAt && ` · ${t("deliveries.next", { time: timeOfDay(nextAt) })}`}
        </span>
        <Link to="/r/$id" params={{ id: requestId }} className="meta" data-row>
          {t("ask.trace", { id: shortId(requestId) })}
        </Link>
      </div>
      <p className="line-clamp-3 text-sm wrap-anywhere">
        <Plain text={text} max={400} />
      </p>
      {error && (
        <p className="text-sm wrap-anywhere text-danger-text">
          <Plain text={error} />
        </p>
      )}
      <div className="flex flex-wrap gap-2 empty:hidden">
        {(isUnknown || state === "failed") && (
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => (isUnknown ? setAsking(true) : retry())}>
            {t("deliveries.retry")}
          </button>
        )}
        {(isUnknown || state === "pending" || state === "failed") && (
          <button type="button" className="btn" disabled={act.isBlocked} onClick={drop}>
            {t(isUnknown ? "deliveries.settle" : "deliveries.drop")}
          </button>
        )}
      </div>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <Confirm
        title={t("deliveries.retryTitle")}
        text={t("deliveries.retryUnknown")}
        action={t("deliveries.retry")}
        isOpen={isAsking}
        isBlocked={act.isBlocked}
        onConfirm={retry}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}
