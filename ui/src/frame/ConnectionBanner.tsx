import { ago, timeOfDay } from "../format/time";
import { useNow } from "../browser/now";
import { useSelect, useStore } from "../store/react";
import { t } from "../text/text";

/** Contact lost for longer than this is told with what it means for what is shown. */
const BANNER_MS = 10_000;

export function ConnectionBanner() {
  const store = useStore();
  const connection = useSelect((state) => state.connection);
  const now = useNow();
  const { phase, lostAt, hello, reason } = connection;
  // Without a first hello there is nothing old on the page: the page itself says what is wrong.
  const isShown = hello && lostAt !== undefined && phase !== "online" && now - lostAt > BANNER_MS;
  if (!isShown || phase === "unauthorised" || phase === "incompatible") return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-soft px-4 py-2 text-sm text-warn-text">
      <span className="grow">
        {t("offline.banner", { host: hello.server.host, ago: ago(now - lostAt), time: timeOfDay(lostAt) })}
        {reason && ` ${t("offline.reason", { reason })}`}
      </span>
      <button type="button" className="btn" onClick={() => store.client.retryNow()}>
        {t("offline.retry")}
      </button>
    </div>
  );
}
