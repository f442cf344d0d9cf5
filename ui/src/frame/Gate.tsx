import type { ReactNode } from "react";
import { ErrorPanel } from "../parts/ErrorPanel";
import { useSelect, useStore } from "../store/react";
import { t } from "../text/text";

/** Stands before every page: without a first hello there is nothing to show but what is in the way. */
export function Gate({ children }: { children: ReactNode }) {
  const store = useStore();
  const phase = useSelect((state) => state.connection.phase);
  const hasMet = useSelect((state) => state.connection.hello !== undefined);
  const reason = useSelect((state) => state.connection.reason);
  if (phase === "unauthorised") {
    const isOtherKey = reason?.startsWith("BROWSER_AUTH_") ?? false;
    return (
      <Notice title={t("signedOut.title")}>
        <ErrorPanel what={t("signedOut.title")} why={t(isOtherKey ? "signedOut.key" : "signedOut.why")} fix={t("signedOut.fix")} command="nexus ui" code={isOtherKey ? reason : undefined}>
          <button type="button" className="btn btn-primary" onClick={() => store.client.retryNow()}>
            {t("offline.retry")}
          </button>
        </ErrorPanel>
      </Notice>
    );
  }
  if (phase === "incompatible") {
    return (
      <Notice title={t("incompatible.title")}>
        <ErrorPanel what={t("incompatible.title")} why={t("incompatible.why")} fix={t("incompatible.fix")}>
          <button type="button" className="btn btn-primary" onClick={() => location.reload()}>
            {t("incompatible.fix")}
          </button>
        </ErrorPanel>
      </Notice>
    );
  }
  if (!hasMet && phase === "offline") {
    const why = t("unreachable.why", { address: location.host });
    return (
      <Notice title={t("unreachable.title")}>
        <ErrorPanel what={t("unreachable.title")} why={why} fix={t("unreachable.fix")} command="nexus up">
          <button type="button" className="btn btn-primary" onClick={() => store.client.retryNow()}>
            {t("offline.retry")}
          </button>
        </ErrorPanel>
      </Notice>
    );
  }
  return children;
}

function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mx-auto w-full max-w-2xl overflow-y-auto px-3 py-8">
      <h1 tabIndex={-1} className="sr">
        {title}
      </h1>
      {children}
    </div>
  );
}
