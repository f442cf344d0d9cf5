import "../text/en/adapters";
import { Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Field, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Modal } from "../form/Modal";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { AdapterView } from "../rpc/protocol";
import { adapterList } from "../store/lists";
import { useOnline, useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { AdapterActions } from "./AdapterActions";
import { byUrgency, TONES } from "./state";

/** The programs that connect Nexus with the outside, what needs a person first. */
export function AdaptersPage() {
  const store = useStore();
  const isOnline = useOnline();
  const list = useResource(adapterList);
  const [isAdding, setAdding] = useState(false);
  return (
    <Page
      title={t("adapters.title")}
      sub={t("adapters.sub")}
      actions={
        <button type="button" className="btn btn-primary" disabled={!isOnline} onClick={() => setAdding(true)}>
          {t("adapters.add")}
        </button>
      }
    >
      <Loaded of={list} onRetry={() => store.resources.reload(adapterList.key)}>
        {({ adapters }) =>
          adapters.length === 0 ? (
            <Empty>{t("adapters.empty")}</Empty>
          ) : (
            <ul aria-label={t("adapters.list")} className="grid gap-2">
              {[...adapters].sort(byUrgency).map((adapter) => (
                <Row key={adapter.name} adapter={adapter} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {isAdding && <AddAdapter onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Row({ adapter }: { adapter: AdapterView }) {
  const { name, account, state, reason, since, retryAt } = adapter;
  return (
    <li className="card flex flex-wrap items-center gap-x-4 gap-y-2" data-adapter={name}>
      <div className="grid min-w-56 grow basis-0 gap-0.5">
        <span className="flex flex-wrap items-center gap-2">
          <Link to="/adapters/$name" params={{ name }} data-row className="font-semibold">
            {name}
          </Link>
          <Chip tone={TONES[state]}>{t(`adapters.state.${state}`)}</Chip>
        </span>
        <span className="text-sm text-text-2">
          {t("adapters.account", { account })} · {t("adapters.since", { time: timeOfDay(since) })}
          {retryAt && ` · ${t("adapters.retry", { time: timeOfDay(retryAt) })}`}
        </span>
        {reason && (
          <span className="text-sm wrap-anywhere">
            <Plain text={reason} />
          </span>
        )}
      </div>
      <AdapterActions adapter={adapter} />
    </li>
  );
}

function AddAdapter({ onClose }: { onClose: () => void }) {
  const store = useStore();
  const router = useRouter();
  const act = useAct();
  const [name, setName] = useState("");
  const [command, setCommand] = useState("");
  const [account, setAccount] = useState("");
  const [credential, setCredential] = useState("");
  const words = command.split("\n").map((word) => word.trim()).filter(Boolean);
  const [program, ...rest] = words;
  const add = async () => {
    if (!program) return;
    const params = { name, command: [program, ...rest] as [string, ...string[]], account: account || null, credential: credential || null };
    const isDone = await act.run("add", () => store.client.call("adapters.add", params), t("adapters.added", { name }));
    if (!isDone) return;
    onClose();
    void router.navigate({ to: "/adapters/$name", params: { name } });
  };
  return (
    <Modal title={t("adapters.add")} isOpen onClose={onClose}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <Field label={t("adapters.name")} help={t("adapters.nameHelp")}>
          <input className={INPUT} required value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t("adapters.command")} help={t("adapters.commandHelp")}>
          <textarea
            className={`${INPUT} min-h-20 font-mono`}
            required
            spellCheck={false}
            value={command}
            onChange={(event) => setCommand(event.target.value)}
          />
        </Field>
        <Field label={t("adapters.accountField")} help={t("adapters.accountHelp")}>
          <input className={INPUT} value={account} onChange={(event) => setAccount(event.target.value)} />
        </Field>
        <Field label={t("adapters.credential")} help={t("adapters.credentialHelp")}>
          <input className={INPUT} value={credential} onChange={(event) => setCredential(event.target.value)} />
        </Field>
        {act.error && <CallError error={act.error} what={act.error.message} />}
        <div className="flex gap-2">
          <button type="submit" className="btn btn-primary" disabled={act.isBlocked || !name || !program}>
            {t("adapters.addNow")}
          </button>
          <button type="button" className="btn" onClick={onClose}>
            {t("page.cancel")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
