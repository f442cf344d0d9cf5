import "../text/en/notify";
import { useState } from "react";
import { Chip } from "../parts/Chip";
import { t } from "../text/text";
import { standing, turnOff, turnOn } from "./notify";

/** Whether this browser tells of approvals that wait, and the click that lets it. */
export function NotifyCard() {
  const [how, setHow] = useState(standing);
  return (
    <section className="card flex flex-wrap items-center gap-x-4 gap-y-2 text-sm" aria-labelledby="notify-title" data-notify={how}>
      <div className="grid min-w-56 grow basis-0 gap-0.5">
        <h2 id="notify-title" className="flex flex-wrap items-center gap-2 font-semibold">
          {t("notify.title")}
          <Chip tone={how === "on" ? "ok" : "mute"}>{t(how === "on" ? "notify.isOn" : "notify.isOff")}</Chip>
        </h2>
        <p className="text-text-2">{t(`notify.${how}`)}</p>
      </div>
      {how === "off" && (
        <button type="button" className="btn" onClick={() => void turnOn().then(setHow)}>
          {t("notify.turnOn")}
        </button>
      )}
      {how === "on" && (
        <button type="button" className="btn" onClick={() => setHow(turnOff())}>
          {t("notify.turnOff")}
        </button>
      )}
    </section>
  );
}
