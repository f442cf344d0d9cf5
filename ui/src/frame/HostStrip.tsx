import { Plain } from "../parts/Plain";
import { t } from "../text/text";
import { hueOf, useOtherHost } from "./host";

/** Says whose daemon this is when it is not that of this machine, in a colour of its own. */
export function HostStrip() {
  const host = useOtherHost();
  if (host === undefined) return null;
  return (
    <p className="host-strip truncate px-3 text-xs" data-hue={hueOf(host)} data-host={host}>
      <strong>
        <Plain text={t("app.nameOn", { host })} max={80} />
      </strong>{" "}
      <span className="text-text-2">· {t("frame.otherHost", { address: location.host })}</span>
    </p>
  );
}
