import { useState } from "react";
import { ActForm } from "../form/ActForm";
import { CallError } from "../parts/ErrorPanel";
import { Choice, Field, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Modal } from "../form/Modal";
import { say } from "../form/notice";
import { useAct } from "../form/useAct";
import type { ClearCredential, CredentialsScanResult } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";

const scan: Resource<CredentialsScanResult> = {
  key: "credentials.scan",
  load: (client) => client.call("credentials.scan", {}),
  isTouched: byCall(/^credentials\.import/),
};

interface Props {
  onClose: () => void;
}

/** Hands a value to the daemon, or says where one is kept. Nothing of it stays in the page. */
export function AddCredential({ onClose }: Props) {
  const store = useStore();
  const act = useAct();
  const [name, setName] = useState("");
  const [how, setHow] = useState<"value" | "pointer">("value");
  const [value, setValue] = useState("");
  const [pointer, setPointer] = useState("");
  const [replace, setReplace] = useState(false);
  const save = async () => {
    const what = how === "value" ? { value } : { pointer };
    const isDone = await act.run("add", async () => {
      const { place } = await store.client.call("credentials.add", { name, replace, ...what });
      say(t("credentials.added", { name, place }));
    });
    setValue("");
    if (!isDone) return;
    store.resources.reload("credentials.");
    onClose();
  };
  return (
    <Modal title={t("credentials.add")} isOpen onClose={onClose}>
      <ActForm act={act} action={t("credentials.save")} onSubmit={() => void save()} onCancel={onClose}>
        <Field label={t("credentials.name")} help={t("credentials.nameHelp")}>
          <input className={INPUT} required autoFocus spellCheck={false} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Choice
          label={t("credentials.how")}
          value={how}
          options={(["value", "pointer"] as const).map((each) => [each, t(`credentials.how.${each}`)] as const)}
          onChange={setHow}
        />
        {how === "value" ? (
          <Field label={t("credentials.value")} help={t("credentials.valueHelp")}>
            <input
              className={`${INPUT} font-mono`}
              type="password"
              required
              autoComplete="off"
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          </Field>
        ) : (
          <Field label={t("credentials.pointer")} help={t("credentials.pointerHelp")}>
            <input className={`${INPUT} font-mono`} required spellCheck={false} value={pointer} onChange={(event) => setPointer(event.target.value)} />
          </Field>
        )}
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input type="checkbox" checked={replace} onChange={(event) => setReplace(event.target.checked)} />
          {t("credentials.replace")}
        </label>
      </ActForm>
    </Modal>
  );
}

export function UnlockDialog({ onClose }: Props) {
  const store = useStore();
  const act = useAct();
  const [passphrase, setPassphrase] = useState("");
  const unlock = async () => {
    const isDone = await act.run("unlock", () => store.client.call("credentials.unlock", { passphrase }), t("credentials.unlocked"));
    setPassphrase("");
    if (!isDone) return;
    store.resources.reload("credentials.");
    onClose();
  };
  return (
    <Modal title={t("credentials.unlock")} isOpen onClose={onClose}>
      <ActForm act={act} action={t("credentials.unlock")} onSubmit={() => void unlock()} onCancel={onClose}>
        <p className="text-sm text-text-2">{t("credentials.unlockText")}</p>
        <Field label={t("credentials.passphrase")}>
          <input
            className={INPUT}
            type="password"
            required
            autoFocus
            autoComplete="off"
            value={passphrase}
            onChange={(event) => setPassphrase(event.target.value)}
          />
        </Field>
      </ActForm>
    </Modal>
  );
}

export function ScanDialog({ onClose }: Props) {
  const store = useStore();
  const found = useResource(scan);
  return (
    <Modal title={t("credentials.scanTitle")} isOpen onClose={onClose} isWide>
      <div className="grid gap-3 text-sm">
        <Loaded of={found} onRetry={() => store.resources.reload(scan.key)}>
          {({ found: all, lookedAt }) => (
            <>
              {all.length === 0 ? (
                <p>{t("credentials.scanNone")}</p>
              ) : (
                <ul className="divide-y divide-line">
                  {all.map((each) => (
                    <Found key={`${each.source} ${each.path} ${each.key}`} found={each} />
                  ))}
                </ul>
              )}
              <p className="wrap-anywhere text-text-2">{t("credentials.scanAt", { list: lookedAt.join(", ") })}</p>
            </>
          )}
        </Loaded>
        <button type="button" className="btn justify-self-start" onClick={onClose}>
          {t("page.close")}
        </button>
      </div>
    </Modal>
  );
}

function Found({ found }: { found: ClearCredential }) {
  const { key, path, line, source, proposal, isStored } = found;
  const store = useStore();
  const act = useAct();
  const place = path ? (line ? t("credentials.line", { path, line }) : path) : source;
  const move = () =>
    void act
      .run("import", async () => {
        const { imported } = await store.client.call("credentials.import", { source, path: path ?? null, keys: [key] });
        say(imported.map(({ name, note }) => t("credentials.imported", { name, note })).join("; "));
      })
      .then(() => store.resources.reload("credentials."));
  return (
    <li className="grid gap-1.5 py-2">
      <span className="flex flex-wrap items-center gap-2">
        <span className="min-w-48 grow basis-0 wrap-anywhere">
          {t("credentials.found", { key, place })}
          <span className="block text-text-2">{isStored ? t("credentials.stored") : t("credentials.proposal", { name: proposal })}</span>
        </span>
        <button type="button" className="btn" disabled={act.isBlocked || isStored} onClick={move}>
          {t("credentials.import")}
        </button>
      </span>
      {act.error && <CallError error={act.error} what={act.error.message} />}
    </li>
  );
}
