import { useEffect, useRef, useState } from "react";
import { wants } from "../approval/wants";
import { useSelect } from "../store/react";
import { t } from "../text/text";
import { pendingOf } from "./keys";
import { notify } from "./notify";

/** Says aloud what nobody may miss: a new approval, and that contact was lost. */
export function Announcer() {
  const permissions = useSelect((state) => state.permissions);
  const phase = useSelect((state) => state.connection.phase);
  const [text, setText] = useState("");
  const known = useRef(new Set<string>());
  useEffect(() => {
    for (const permission of pendingOf({ permissions })) {
      if (known.current.has(permission.id)) continue;
      known.current.add(permission.id);
      const sentence = wants(permission);
      setText(t("ask.announce", { sentence }));
      notify(permission.id, t("app.name"), sentence);
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
