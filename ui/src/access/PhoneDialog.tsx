import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { timeOfDay } from "../format/time";
import { CopyButton } from "../parts/CopyButton";
import { CallError } from "../parts/ErrorPanel";
import { Loaded } from "../parts/Loaded";
import { Modal } from "../form/Modal";
import { useNow } from "../browser/now";
import { QrCode } from "../parts/QrCode";
import { useAct } from "../form/useAct";
import type { Endpoint } from "../rpc/protocol";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { exposed } from "./exposed";

interface Made {
  url: string;
  expiresAt: number;
}

/** Signs the browser of a phone in: a link that works once, as a code for its camera. */
export function PhoneDialog({ onClose }: { onClose: () => void }) {
  const store = useStore();
  const places = useResource(exposed);
  return (
    <Modal title={t("phone.title")} isOpen onClose={onClose}>
      <Loaded of={places} lines={3} onRetry={() => store.resources.reload(exposed.key)}>
        {({ endpoints }) => {
          const [endpoint] = endpoints.filter(({ url }) => url.startsWith("https://"));
          return endpoint ? <SignIn endpoint={endpoint} /> : <NotReached onClose={onClose} />;
        }}
      </Loaded>
      <button type="button" className="btn mt-3" onClick={onClose}>
        {t("page.close")}
      </button>
    </Modal>
  );
}

function NotReached({ onClose }: { onClose: () => void }) {
  return (
    <div className="grid gap-2 text-sm">
      <p className="text-warn-text">{t("phone.inside")}</p>
      <p>
        <Link to="/access/$tab" params={{ tab: "outside" }} onClick={onClose}>
          {t("phone.open")}
        </Link>
      </p>
    </div>
  );
}

function SignIn({ endpoint }: { endpoint: Endpoint }) {
  const store = useStore();
  const act = useAct();
  const now = useNow();
  const [made, setMade] = useState<Made>();
  const make = () =>
    void act.run("link", async () => {
      const { path, expiresAt } = await store.client.call("devices.link", {});
      setMade({ url: new URL(path, endpoint.url).href, expiresAt });
    });
  // One link for each time the dialog is opened, or asked for.
  useEffect(make, [endpoint.url]);
  const isOver = made !== undefined && made.expiresAt <= now;
  return (
    <div className="grid gap-3 text-sm">
      {act.error && <CallError error={act.error} what={act.error.message} />}
      {made && !isOver && (
        <>
          <p>{t("phone.scan", { time: timeOfDay(made.expiresAt) })}</p>
          <QrCode text={made.url} label={t("phone.qr")} />
          <div className="flex gap-2">
            <CopyButton text={made.url} />
          </div>
        </>
      )}
      {isOver && <p role="status">{t("phone.over")}</p>}
      {(isOver || act.error) && (
        <button type="button" className="btn btn-primary justify-self-start" disabled={act.isBlocked} onClick={make}>
          {t("phone.again")}
        </button>
      )}
      {endpoint.isSelfSigned && (
        <p className="wrap-anywhere text-text-2">
          {t("phone.certificate")}
          {endpoint.fingerprint && <span className="block font-mono text-code">{endpoint.fingerprint}</span>}
        </p>
      )}
      <p className="text-text-2">{t("phone.rights")}</p>
    </div>
  );
}
