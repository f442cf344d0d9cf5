import { useState } from "react";
import { principalText } from "../format/principal";
import { timeOfDay } from "../format/time";
import { CallError } from "../parts/ErrorPanel";
import { Loaded } from "../parts/Loaded";
import { Confirm } from "../form/Modal";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { Browser, LoginBrowsersResult } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";

const browsers: Resource<LoginBrowsersResult> = {
  key: "login.browsers",
  load: (client) => client.call("login.browsers", {}),
  // Whoever signs in or connects leaves the decision about it.
  isTouched: (type, properties) =>
    byCall(/^login\./)(type, properties) ||
    (type === "acl.decision" && /^(connect|authenticate|sign)/.test((properties as { action?: string }).action ?? "")),
};

/** The browsers that are signed in, each of which can be signed out. */
export function Browsers() {
  const store = useStore();
  const list = useResource(browsers);
  return (
    <section className="card" aria-labelledby="browsers-title">
      <h2 id="browsers-title" className="card-title">
        {t("browsers.title")}
      </h2>
      <Loaded of={list} lines={2} onRetry={() => store.resources.reload(browsers.key)}>
        {({ browsers: all }) =>
          all.length === 0 ? (
            <p className="text-sm text-text-2">{t("browsers.none")}</p>
          ) : (
            <ul className="divide-y divide-line">
              {all.map((browser) => (
                <Row key={browser.id} browser={browser} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

function Row({ browser: { id, principal, platform, signedInAt, seenAt } }: { browser: Browser }) {
  const store = useStore();
  const act = useAct();
  const [isAsking, setAsking] = useState(false);
  const name = platform ?? t("browsers.unknown");
  const end = () => {
    setAsking(false);
    void act.run("end", () => store.client.call("login.end", { browser: id }), t("browsers.ended")).then(() => store.resources.reload(browsers.key));
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5 text-sm" data-browser={id}>
      <span className="min-w-48 grow basis-0" data-row tabIndex={-1}>
        <span className="font-semibold wrap-anywhere">
          <Plain text={name} max={80} />
        </span>{" "}
        · {principalText(principal)}
        <span className="block text-text-2">
          {t("browsers.times", { since: timeOfDay(signedInAt), seen: timeOfDay(seenAt) })}
        </span>
      </span>
      <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setAsking(true)}>
        {t("browsers.end")} <span className="sr">{name}</span>
      </button>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <Confirm
        title={t("browsers.endTitle", { name })}
        text={t("browsers.endText")}
        action={t("browsers.end")}
        isOpen={isAsking}
        isBlocked={act.isBlocked}
        onConfirm={end}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}
