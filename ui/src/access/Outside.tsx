import { useState } from "react";
import { moment } from "../format/time";
import { ActForm } from "../form/ActForm";
import { Chip } from "../parts/Chip";
import { Choice, Field, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Modal } from "../form/Modal";
import { useAct } from "../form/useAct";
import { Plain } from "../parts/Plain";
import type { ExposeSetParams, ExposeStatusResult, ExposeTarget, MdnsMode } from "../rpc/protocol";
import type { Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { exposed } from "./exposed";

const TARGETS: readonly ExposeTarget[] = ["off", "lan", "tailnet", "address"];
const MODES: readonly MdnsMode[] = ["off", "minimal", "full"];

/** What somebody without a credential is answered: asked for as such a one. */
const strangers: Resource<string> = {
  key: "stranger",
  load: async () => (await fetch("/health", { credentials: "omit", cache: "no-store" })).text(),
  isTouched: exposed.isTouched,
};

/** Who can reach the control plane from outside this machine, and what a stranger sees there. */
export default function Outside() {
  const store = useStore();
  const status = useResource(exposed);
  const [isChanging, setChanging] = useState(false);
  return (
    <>
      <p className="text-sm text-text-2">{t("outside.sub")}</p>
      <Loaded of={status} lines={4} onRetry={() => store.resources.reload(exposed.key)}>
        {(value) => (
          <>
            <Places value={value} onChange={() => setChanging(true)} />
            <Stranger isOpen={value.endpoints.length > 0} />
            {isChanging && <ChangeDialog value={value} onClose={() => setChanging(false)} />}
          </>
        )}
      </Loaded>
    </>
  );
}

function Places({ value, onChange }: { value: ExposeStatusResult; onChange: () => void }) {
  const { inside, endpoints, announced, tailnetLogins, problems } = value;
  const isOpen = endpoints.length > 0;
  return (
    <section className="card grid gap-3 text-sm" aria-labelledby="outside-title" data-open={isOpen}>
      <div className="flex flex-wrap items-center gap-3">
        <h2 id="outside-title" className="font-semibold">
          {t("outside.title")}
        </h2>
        <span className="grow">
          <Chip tone={isOpen ? "warn" : "ok"}>{t(isOpen ? "outside.open" : "outside.closed")}</Chip>
        </span>
        <button type="button" className="btn" onClick={onChange}>
          {t("outside.change")}
        </button>
      </div>
      <dl className="facts">
        <dt>{t("outside.inside")}</dt>
        <dd className="font-mono text-code wrap-anywhere">{inside}</dd>
        {announced && <dt>{t("outside.announced")}</dt>}
        {announced && <dd className="wrap-anywhere">{announced}</dd>}
      </dl>
      {endpoints.length > 0 && (
        <ul className="divide-y divide-line" aria-label={t("outside.places")}>
          {endpoints.map(({ url, kind, fingerprint, isSelfSigned, expiresAt }) => (
            <li key={url} className="grid gap-0.5 py-2">
              <span className="flex flex-wrap items-center gap-2">
                <span className="font-mono text-code wrap-anywhere">{url}</span>
                <Chip tone="mute">{t(`outside.kind.${kind}`)}</Chip>
              </span>
              {isSelfSigned && <span className="text-text-2">{t("outside.selfSigned")}</span>}
              {fingerprint && <span className="font-mono text-code break-all text-text-2">{fingerprint}</span>}
              {expiresAt != null && <span className="text-text-2">{t("outside.until", { time: moment(expiresAt) })}</span>}
            </li>
          ))}
        </ul>
      )}
      {(tailnetLogins ?? []).map(({ login, scopes }) => (
        <p key={login} className="wrap-anywhere">
          {t("outside.tailnetLogin", { login, scopes: scopes?.join(", ") ?? t("outside.everything") })}
        </p>
      ))}
      {problems.map((problem) => (
        <p key={problem} className="wrap-anywhere text-warn-text">
          {problem}
        </p>
      ))}
    </section>
  );
}

function Stranger({ isOpen }: { isOpen: boolean }) {
  const store = useStore();
  const seen = useResource(strangers);
  return (
    <section className="card grid gap-2 text-sm" aria-labelledby="stranger-title">
      <h2 id="stranger-title" className="font-semibold">
        {t("outside.stranger")}
      </h2>
      <p className="text-text-2">{t(isOpen ? "outside.strangerOpen" : "outside.strangerClosed")}</p>
      <Loaded of={seen} lines={1} onRetry={() => store.resources.reload(strangers.key)}>
        {(text) => (
          <pre className="box" tabIndex={0} role="group" aria-label={t("outside.stranger")} data-stranger>
            <Plain text={text} />
          </pre>
        )}
      </Loaded>
      <p className="text-text-2">{t("outside.strangerRest")}</p>
    </section>
  );
}

function ChangeDialog({ value, onClose }: { value: ExposeStatusResult; onClose: () => void }) {
  const store = useStore();
  const act = useAct();
  const [target, setTarget] = useState<ExposeTarget>(value.endpoints.length > 0 ? "off" : "lan");
  const [address, setAddress] = useState("");
  const [mdns, setMdns] = useState<MdnsMode>("off");
  const save = async () => {
    const params: Omit<ExposeSetParams, "idempotencyKey"> = { target, mdns, address: target === "address" ? address.trim() : null };
    const done = t(target === "off" ? "outside.wasClosed" : "outside.wasOpened");
    if (!(await act.run("set", () => store.client.call("expose.set", params), done))) return;
    store.resources.reload(exposed.key);
    onClose();
  };
  return (
    <Modal title={t("outside.changeTitle")} isOpen onClose={onClose}>
      <ActForm act={act} action={t(target === "off" ? "outside.doClose" : "outside.doOpen")} onSubmit={() => void save()} onCancel={onClose}>
        <Field label={t("outside.target")}>
          <Choice
            label={t("outside.target")}
            value={target}
            options={TARGETS.map((each) => [each, t(`outside.target.${each}`)] as const)}
            onChange={setTarget}
          />
        </Field>
        {target === "address" && (
          <Field label={t("outside.address")} help={t("outside.addressHelp")}>
            <input className={INPUT} required spellCheck={false} value={address} onChange={(event) => setAddress(event.target.value)} />
          </Field>
        )}
        {target !== "off" && (
          <Field label={t("outside.mdns")}>
            <Choice label={t("outside.mdns")} value={mdns} options={MODES.map((each) => [each, t(`outside.mdns.${each}`)] as const)} onChange={setMdns} />
          </Field>
        )}
        {target !== "off" && <p className="text-sm text-warn-text">{t("outside.warning")}</p>}
      </ActForm>
    </Modal>
  );
}
