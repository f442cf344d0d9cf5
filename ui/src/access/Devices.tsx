import { useState } from "react";
import { useFilter } from "../address/useFilter";
import { principalText } from "../format/principal";
import { timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Field, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Confirm, Modal } from "../form/Modal";
import { Empty } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { type Act, useAct } from "../form/useAct";
import type { Device, DevicesListResult, PendingDevice } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { Browsers } from "./Browsers";
import { PairDialog } from "./PairDialog";
import { PhoneDialog } from "./PhoneDialog";

function devices(includeEnded: boolean): Resource<DevicesListResult> {
  return {
    key: `devices.list ${includeEnded}`,
    load: (client) => client.call("devices.list", { includeEnded }),
    // A device that knocks leaves the decision about it.
    isTouched: (type, properties) => byCall(/^devices\./)(type, properties) || isKnock(type, properties),
  };
}

function isKnock(type: string, properties: unknown): boolean {
  const { action } = properties as { action?: string };
  return type === "acl.decision" && /^(connect|authenticate|pair)/.test(action ?? "");
}

export default function Devices() {
  const store = useStore();
  const act = useAct();
  const [{ ended }, change] = useFilter({ ended: "" });
  const includeEnded = ended !== "";
  const [isPairing, setPairing] = useState(false);
  const [isPhone, setPhone] = useState(false);
  const list = useResource(devices(includeEnded));
  const reload = () => store.resources.reload("devices.list");
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="button" className="btn btn-primary" disabled={act.isBlocked} onClick={() => setPairing(true)}>
          {t("devices.pair")}
        </button>
        <button type="button" className="btn" onClick={() => setPhone(true)}>
          {t("phone.title")}
        </button>
        <button type="button" className="btn" onClick={reload}>
          {t("page.reload")}
        </button>
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input type="checkbox" checked={includeEnded} onChange={(event) => change({ ended: event.target.checked ? "1" : "" })} />
          {t("devices.ended")}
        </label>
      </div>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <Loaded of={list} onRetry={reload}>
        {({ devices: paired, pending }) => (
          <>
            {pending.length > 0 && <Pending pending={pending} act={act} />}
            {paired.length === 0 ? (
              <Empty>{t("devices.none")}</Empty>
            ) : (
              <ul className="card divide-y divide-line py-1" aria-label={t("devices.paired")}>
                {paired.map((device) => (
                  <Row key={device.id} device={device} act={act} />
                ))}
              </ul>
            )}
          </>
        )}
      </Loaded>
      <Browsers />
      {isPhone && <PhoneDialog onClose={() => setPhone(false)} />}
      {isPairing && <PairDialog onClose={() => setPairing(false)} />}
    </>
  );
}

function Pending({ pending, act }: { pending: PendingDevice[]; act: Act }) {
  const store = useStore();
  const answer = (device: PendingDevice, isYes: boolean) => {
    const { name, deviceId } = device;
    const done = t(isYes ? "devices.approved" : "devices.rejected", { name });
    const call = () =>
      isYes ? store.client.call("devices.approve", { device: deviceId }) : store.client.call("devices.reject", { device: deviceId });
    void act.run(deviceId, call, done).then(() => store.resources.reload("devices.list"));
  };
  return (
    <section className="card border-2 border-ask" aria-labelledby="pending-title">
      <h2 id="pending-title" className="font-semibold text-ask-text">
        {t("devices.pending")}
      </h2>
      <p className="text-sm text-text-2">{t("devices.pendingText")}</p>
      <ul className="divide-y divide-line">
        {pending.map((device) => (
          <li key={device.deviceId} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5" data-pending={device.code}>
            <span className="font-mono text-xl tracking-widest">
              <span className="sr">{t("devices.code")}</span> {device.code}
            </span>
            <span className="min-w-40 grow basis-0 text-sm">
              <span className="font-semibold wrap-anywhere">
                <Plain text={device.name} max={80} />
              </span>{" "}
              · <Plain text={device.platform} max={80} />
              <span className="block text-text-2">
                {t("devices.from", { address: device.address, time: timeOfDay(device.requestedAt) })}
              </span>
            </span>
            <button type="button" className="btn btn-primary" disabled={act.isBlocked} onClick={() => answer(device, true)}>
              {t("devices.approve")}
            </button>
            <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => answer(device, false)}>
              {t("devices.reject")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ device, act }: { device: Device; act: Act }) {
  const { id, name, platform, scopes, paired_at, paired_by, last_used_at, revoked_at } = device;
  const store = useStore();
  const [open, setOpen] = useState<"rename" | "revoke">();
  const [draft, setDraft] = useState(name);
  const close = () => setOpen(undefined);
  const reload = () => store.resources.reload("devices.list");
  const rename = () => {
    close();
    void act.run(id, () => store.client.call("devices.rename", { device: id, name: draft }), t("devices.renamed", { name: draft })).then(reload);
  };
  const revoke = () => {
    close();
    void act.run(id, () => store.client.call("devices.revoke", { device: id }), t("devices.revoked", { name })).then(reload);
  };
  const times = [
    t("devices.pairedAt", { time: timeOfDay(paired_at), who: principalText(paired_by) }),
    last_used_at ? t("devices.used", { time: timeOfDay(last_used_at) }) : t("devices.usedNever"),
  ];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5" data-device={id}>
      <div className="grid min-w-56 grow basis-0 gap-0.5 text-sm">
        <span className="flex flex-wrap items-center gap-2" data-row tabIndex={-1}>
          <span className="font-semibold wrap-anywhere">
            <Plain text={name} max={80} />
          </span>
          <span className="text-text-2">
            <Plain text={platform} max={80} />
          </span>
          {revoked_at && <Chip tone="mute">{t("devices.endedAt", { time: timeOfDay(revoked_at) })}</Chip>}
        </span>
        <span className="text-text-2">{times.join(" · ")}</span>
        <span className="font-mono text-code wrap-anywhere text-text-2">{scopes.join(", ")}</span>
      </div>
      {!revoked_at && (
        <div className="flex gap-2">
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => setOpen("rename")}>
            {t("devices.rename")} <span className="sr">{name}</span>
          </button>
          <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setOpen("revoke")}>
            {t("devices.revoke")} <span className="sr">{name}</span>
          </button>
        </div>
      )}
      <Modal title={t("devices.renameTitle", { name })} isOpen={open === "rename"} onClose={close}>
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            rename();
          }}
        >
          <Field label={t("devices.name")}>
            <input className={INPUT} required value={draft} onChange={(event) => setDraft(event.target.value)} />
          </Field>
          <div className="flex gap-2">
            <button type="submit" className="btn btn-primary" disabled={act.isBlocked}>
              {t("devices.rename")}
            </button>
            <button type="button" className="btn" onClick={close}>
              {t("page.cancel")}
            </button>
          </div>
        </form>
      </Modal>
      <Confirm
        title={t("devices.revokeTitle", { name })}
        text={t("devices.revokeText")}
        action={t("devices.revoke")}
        isOpen={open === "revoke"}
        isBlocked={act.isBlocked}
        onConfirm={revoke}
        onClose={close}
      />
    </li>
  );
}
