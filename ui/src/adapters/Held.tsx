import "../text/en/held";
import { duration } from "../format/time";
import { CallError } from "../parts/ErrorPanel";
import { useNow } from "../browser/now";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { DeliveryFacts } from "../rpc/protocol";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { heldMs, waitingDeliveries } from "./held";

/** Messages that are about to go out and can still be taken back. Nothing where there are none. */
export default function Held() {
  const list = useResource(waitingDeliveries).value?.deliveries ?? [];
  return list.length === 0 ? null : <HeldList deliveries={list} />;
}

function HeldList({ deliveries }: { deliveries: readonly DeliveryFacts[] }) {
  const now = useNow();
  const held = deliveries.filter((delivery) => heldMs(delivery, now) !== undefined);
  if (held.length === 0) return null;
  return (
    <section className="card border-warn" aria-labelledby="held-title">
      <h2 id="held-title" className="text-sm font-semibold text-warn-text">
        {t("held.title", { n: held.length })}
      </h2>
      <ul className="divide-y divide-line">
        {held.map((delivery) => (
          <HeldRow key={delivery.id} delivery={delivery} leftMs={heldMs(delivery, now) ?? 0} />
        ))}
      </ul>
    </section>
  );
}

function HeldRow({ delivery: { id, adapter, to, text }, leftMs }: { delivery: DeliveryFacts; leftMs: number }) {
  const store = useStore();
  const act = useAct();
  const undo = () =>
    void act
      .run("undo", () => store.client.call("outbox.drop", { id }), t("held.undone"))
      .then(() => store.resources.reload("outbox.list"));
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 py-2 text-sm" data-held={id}>
      <span className="min-w-48 grow basis-0">
        <span className="font-medium wrap-anywhere">
          <Plain text={t("held.to", { adapter, to })} max={200} />
        </span>
        <span className="line-clamp-2 wrap-anywhere text-text-2">
          <Plain text={text} max={300} />
        </span>
      </span>
      <span className="meta" role="timer">
        {t("held.left", { duration: duration(Math.ceil(leftMs / 1_000) * 1_000) })}
      </span>
      <button type="button" className="btn" disabled={act.isBlocked} onClick={undo}>
        {t("held.undo")}
      </button>
      {act.error && <CallError error={act.error} what={act.error.message} />}
    </li>
  );
}
