import "../text/en/credentials";
import { useState } from "react";
import { timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Loaded } from "../parts/Loaded";
import { Confirm } from "../form/Modal";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { CredentialFacts, CredentialsListResult, CredentialsVerifyResult, StoreFacts } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";
import { useOnline, useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { AddCredential, ScanDialog, UnlockDialog } from "./Dialogs";

export const credentialList: Resource<CredentialsListResult> = {
  key: "credentials.list",
  load: (client) => client.call("credentials.list", {}),
  isTouched: byCall(/^credentials\./, /^config\.changed/),
};

/** Which secrets there are, where, and whether they work. */
export function CredentialsPage() {
  const store = useStore();
  const isOnline = useOnline();
  const list = useResource(credentialList);
  const [open, setOpen] = useState<"add" | "scan" | "unlock">();
  const close = () => setOpen(undefined);
  return (
    <Page
      title={t("credentials.title")}
      sub={t("credentials.sub")}
      actions={
        <>
          <button type="button" className="btn btn-primary" disabled={!isOnline} onClick={() => setOpen("add")}>
            {t("credentials.add")}
          </button>
          <button type="button" className="btn" disabled={!isOnline} onClick={() => setOpen("scan")}>
            {t("credentials.scan")}
          </button>
          <button type="button" className="btn" disabled={!isOnline} onClick={() => setOpen("unlock")}>
            {t("credentials.unlock")}
          </button>
        </>
      }
    >
      <Loaded of={list} onRetry={() => store.resources.reload(credentialList.key)}>
        {({ credentials, stores }) => (
          <>
            {credentials.length === 0 ? (
              <Empty>{t("credentials.empty")}</Empty>
            ) : (
              <ul className="card divide-y divide-line py-1">
                {[...credentials].sort(brokenFirst).map((credential) => (
                  <Row key={credential.name} credential={credential} />
                ))}
              </ul>
            )}
            <Stores stores={stores} />
          </>
        )}
      </Loaded>
      {open === "add" && <AddCredential onClose={close} />}
      {open === "scan" && <ScanDialog onClose={close} />}
      {open === "unlock" && <UnlockDialog onClose={close} />}
    </Page>
  );
}

function brokenFirst(a: CredentialFacts, b: CredentialFacts): number {
  return Number(b.isGood === false) - Number(a.isGood === false) || a.name.localeCompare(b.name);
}

function Row({ credential }: { credential: CredentialFacts }) {
  const { name, place, isGood, usedBy, verifiedAt } = credential;
  const store = useStore();
  const act = useAct();
  const [isAsking, setAsking] = useState(false);
  const [result, setResult] = useState<CredentialsVerifyResult>();
  const reload = () => store.resources.reload(credentialList.key);
  const verify = () =>
    void act
      .run("verify", async () => setResult(await store.client.call("credentials.verify", { name }, { timeoutMs: 60_000 })))
      .then(reload);
  const remove = () => {
    setAsking(false);
    void act.run("remove", () => store.client.call("credentials.remove", { name }), t("credentials.removed", { name })).then(reload);
  };
  const tone = isGood === true ? "ok" : isGood === false ? "danger" : "mute";
  const word = isGood === true ? "credentials.good" : isGood === false ? "credentials.bad" : "credentials.untried";
  return (
    <li className="grid gap-1.5 py-2.5" data-credential={name}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="grid min-w-56 grow basis-0 gap-0.5 text-sm">
          <span className="flex flex-wrap items-center gap-2" data-row tabIndex={-1}>
            <span className="font-semibold wrap-anywhere">{name}</span>
            <Chip tone={tone}>{t(word)}</Chip>
          </span>
          <span className="wrap-anywhere text-text-2">
            {t("credentials.place", { place })} ·{" "}
            {usedBy.length > 0 ? t("credentials.usedBy", { list: usedBy.join(", ") }) : t("credentials.unused")}
            {verifiedAt && ` · ${t("credentials.verified", { time: timeOfDay(verifiedAt) })}`}
          </span>
        </div>
        <div className="flex gap-2">
          <button type="button" className="btn" disabled={act.isBlocked} onClick={verify}>
            {t("credentials.verify")} <span className="sr">{name}</span>
          </button>
          <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setAsking(true)}>
            {t("credentials.remove")} <span className="sr">{name}</span>
          </button>
        </div>
      </div>
      {result && (
        <p role="status" className={`text-sm wrap-anywhere ${result.isOk ? "text-ok-text" : "text-danger-text"}`}>
          {result.isOk ? "● " : "✕ "}
          <Plain text={result.message} /> {result.hint}
        </p>
      )}
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <Confirm
        title={t("credentials.removeTitle", { name })}
        text={t("credentials.removeText", { place })}
        action={t("credentials.remove")}
        isOpen={isAsking}
        isBlocked={act.isBlocked}
        onConfirm={remove}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}

function Stores({ stores }: { stores: readonly StoreFacts[] }) {
  return (
    <section className="card" aria-labelledby="stores-title">
      <h2 id="stores-title" className="card-title">
        {t("credentials.stores")}
      </h2>
      <ul className="divide-y divide-line text-sm">
        {stores.map(({ store, isReady, isChosen, reason, fix }) => (
          <li key={store} className="grid gap-0.5 py-2">
            <span className="flex flex-wrap items-center gap-2">
              <span className="font-semibold">{store}</span>
              <Chip tone={isReady ? "ok" : "mute"}>{t(isReady ? "credentials.ready" : "credentials.notReady")}</Chip>
              {isChosen && <Chip tone="run">{t("credentials.chosen")}</Chip>}
            </span>
            {reason && <span className="wrap-anywhere text-text-2">{reason}</span>}
            {fix && <span className="wrap-anywhere">{fix}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
