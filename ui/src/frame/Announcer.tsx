import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { wants } from "../approval/wants";
import { NOTHING_SEEN, noticesOf, withPending } from "../notify/notices";
import { show } from "../notify/notify";
import { useSelect } from "../store/react";
import { t } from "../text/text";
import { useOtherHost } from "./host";
import { pendingOf } from "../keys/keys";

/** Says aloud what nobody may miss: a new approval, and that contact was lost. */
export function Announcer() {
  const permissions = useSelect((state) => state.permissions);
  const phase = useSelect((state) => state.connection.phase);
  const [text, setText] = useState("");
  const known = useRef(new Set<string>());
  useNotices();
  useEffect(() => {
    for (const permission of pendingOf({ permissions })) {
      if (known.current.has(permission.id)) continue;
      known.current.add(permission.id);
      setText(t("ask.announce", { sentence: wants(permission) }));
    }
  }, [permissions]);
  useEffect(() => {
    if (phase === "online") setText("");
    if (phase === "online" || phase === "connecting") return;
    const timer = setTimeout(() => setText(t("offline.announce")), 10_000);
    return () => clearTimeout(timer);
  }, [phase]);
  return (
    <div aria-live="assertive" className="sr">
      {text}
    </div>
  );
}

/** Has the system tell of approvals that come while nobody looks, and takes back what is decided. */
function useNotices(): void {
  const router = useRouter();
  const host = useOtherHost();
  const permissions = useSelect((state) => state.permissions);
  const unseen = useRef(NOTHING_SEEN);
  useEffect(() => {
    const look = () => {
      const pending = pendingOf({ permissions });
      unseen.current = withPending(unseen.current, pending, document.visibilityState === "visible" && document.hasFocus());
      show(noticesOf(unseen.current, pending), host === undefined ? t("app.name") : t("app.nameOn", { host }), ({ permission }) =>
        permission === undefined
          ? void router.navigate({ to: "/approvals" })
          : void router.navigate({ to: "/approvals/$id", params: { id: permission } }),
      );
    };
    look();
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [router, host, permissions]);
}
