import { CallError } from "../parts/ErrorPanel";
import { useAct } from "../form/useAct";
import type { AdapterView } from "../rpc/protocol";
import { adapterList } from "../store/lists";
import { useStore } from "../store/react";
import { t } from "../text/text";

/** Start, stop and restart, whichever make sense now. */
export function AdapterActions({ adapter: { name, state } }: { adapter: AdapterView }) {
  const store = useStore();
  const act = useAct();
  const isDown = state === "stopped" || state === "failed";
  const order = (method: "adapters.start" | "adapters.stop" | "adapters.restart", done: string) =>
    void act
      .run(method, () => store.client.call(method, { name }, { timeoutMs: ORDER_MS_MAX }), done)
      .then(() => store.resources.reload(adapterList.key));
  return (
    <div className="flex flex-wrap gap-2">
      {(isDown || state === "backing_off") && (
        <button
          type="button"
          className="btn"
          disabled={act.isBlocked}
          onClick={() => order("adapters.start", t("adapters.started", { name }))}
        >
          {t("adapters.start")} <span className="sr">{name}</span>
        </button>
      )}
      {!isDown && (
        <>
          <button
            type="button"
            className="btn"
            disabled={act.isBlocked}
            onClick={() => order("adapters.restart", t("adapters.restarted", { name }))}
          >
            {t("adapters.restart")} <span className="sr">{name}</span>
          </button>
          <button
            type="button"
            className="btn"
            disabled={act.isBlocked}
            onClick={() => order("adapters.stop", t("adapters.stopped", { name }))}
          >
            {t("adapters.stop")} <span className="sr">{name}</span>
          </button>
        </>
      )}
      {act.error && <CallError error={act.error} what={act.error.message} />}
    </div>
  );
}

/** An adapter may take its time to finish what it has in hand. */
const ORDER_MS_MAX = 60_000;
