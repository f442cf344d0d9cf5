import { useState } from "react";
import { timeOfDay } from "../format/time";
import { ActForm } from "../form/ActForm";
import { CopyButton } from "../parts/CopyButton";
import { Field, INPUT } from "../form/Field";
import { Modal } from "../form/Modal";
import { QrCode } from "../parts/QrCode";
import { useAct } from "../form/useAct";
import type { DevicesPairResult, ExposeStatusResult } from "../rpc/protocol";
import { useStore } from "../store/react";
import { t } from "../text/text";

/** Makes a ticket that pairs one device, and shows it as that device reads it. */
export function PairDialog({ onClose }: { onClose: () => void }) {
  const store = useStore();
  const act = useAct();
  const [name, setName] = useState("");
  const [made, setMade] = useState<{ ticket: DevicesPairResult; places: ExposeStatusResult }>();
  const make = () =>
    void act.run(
      "pair",
      async () => {
        const places = await store.client.call("expose.status", {});
        const ticket = await store.client.call("devices.pair", { name: name || null });
        setMade({ ticket, places });
      },
      t("devices.made"),
    );
  return (
    <Modal title={t("devices.pair")} isOpen onClose={onClose}>
      {made ? (
        <Ticket {...made} onClose={onClose} />
      ) : (
        <ActForm act={act} action={t("devices.pair")} onSubmit={make} onCancel={onClose}>
          <Field label={t("devices.name")}>
            <input className={INPUT} value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
        </ActForm>
      )}
    </Modal>
  );
}

interface TicketProps {
  ticket: DevicesPairResult;
  places: ExposeStatusResult;
  onClose: () => void;
}

function Ticket({ ticket, places, onClose }: TicketProps) {
  const outside = places.endpoints[0];
  // The pin lets the device tell this daemon from one in between.
  const pin = outside?.isSelfSigned && outside.keyFingerprint ? `&pin=${outside.keyFingerprint}` : "";
  const at = outside ? `${outside.url}${pin}` : `http://${places.inside}`;
  const link = `nexus://pair?at=${at}&ticket=${ticket.ticket}`;
  return (
    <div className="grid gap-3 text-sm">
      {!outside && <p className="text-warn-text">{t("devices.inside")}</p>}
      <p>{t("devices.pairText", { time: timeOfDay(ticket.expiresAt) })}</p>
      <QrCode text={link} label={t("devices.qr")} />
      <p className="font-medium">{t("devices.linkLabel")}</p>
      <code className="rounded-lg bg-code-bg px-3 py-2 font-mono text-code break-all">{link}</code>
      <dl className="facts">
        <dt>{t("devices.may")}</dt>
        <dd className="font-mono text-code">{ticket.scopes.join(", ")}</dd>
      </dl>
      <div className="flex gap-2">
        <CopyButton text={link} />
        <button type="button" className="btn" onClick={onClose}>
          {t("page.close")}
        </button>
      </div>
    </div>
  );
}
