import { useEffect } from "react";
import { useSelect } from "../store/react";
import { useOtherHost } from "./host";
import { t } from "../text/text";

/** Name of the page in the tab, with the number of things that wait. */
export function useTitle(title: string): void {
  const n = useSelect((state) => Object.values(state.permissions).filter((p) => p.status === "pending").length);
  const host = useOtherHost();
  useEffect(() => {
    document.title = `${n > 0 ? `(${n}) ` : ""}${title} · ${host === undefined ? t("app.name") : t("app.nameOn", { host })}`;
  }, [title, n, host]);
}
