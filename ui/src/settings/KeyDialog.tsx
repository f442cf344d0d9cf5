import { useState } from "react";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Choice, Field, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Modal } from "../form/Modal";
import { say } from "../form/notice";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { ConfigChange, ConfigExplainResult, ConfigSetResult } from "../rpc/protocol";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { config, configSchema, explained } from "./resources";
import { draftOf, kindOf, lineOf, type Kind, type Schema, schemaOf, valueOf } from "./schema";

/** Changes one key: first what would change, then the change. Without a key it asks for one. */
export function KeyDialog({ given, onClose }: { given: string; onClose: () => void }) {
  const [key, setKey] = useState(given);
  const [draft, setDraft] = useState("");
  if (key === "") {
    return (
      <Modal title={t("settings.add")} isOpen onClose={onClose}>
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            setKey(draft.trim());
          }}
        >
          <Field label={t("settings.addKey")} help={t("settings.addHelp")}>
            <input className={`${INPUT} font-mono`} required autoFocus spellCheck={false} value={draft} onChange={(event) => setDraft(event.target.value)} />
          </Field>
          <div className="flex gap-2">
            <button type="submit" className="btn btn-primary">
              {t("settings.edit")}
            </button>
            <button type="button" className="btn" onClick={onClose}>
              {t("page.cancel")}
            </button>
          </div>
        </form>
      </Modal>
    );
  }
  return (
    <Modal title={t("settings.editKey", { key })} isOpen onClose={onClose} isWide>
      <KeyBody configKey={key} onClose={onClose} />
    </Modal>
  );
}

function KeyBody({ configKey, onClose }: { configKey: string; onClose: () => void }) {
  const store = useStore();
  const facts = useResource(explained(configKey));
  const schema = useResource(configSchema);
  return (
    <Loaded of={facts} onRetry={() => store.resources.reload(explained(configKey).key)}>
      {(value) => (
        <Loaded of={schema} onRetry={() => store.resources.reload(configSchema.key)}>
          {(root) => <KeyForm facts={value} schema={schemaOf(root, value.key)} onClose={onClose} />}
        </Loaded>
      )}
    </Loaded>
  );
}

interface FormProps {
  facts: ConfigExplainResult;
  schema?: Schema;
  onClose: () => void;
}

function KeyForm({ facts, schema, onClose }: FormProps) {
  const store = useStore();
  const act = useAct();
  const kind = kindOf(schema);
  const hash = useResource(config).value?.hash ?? null;
  const [draft, setDraft] = useState(() => draftOf(kind, facts.value ?? facts.default));
  const [plan, setPlan] = useState<ConfigSetResult>();
  const [problem, setProblem] = useState<string>();
  const { key } = facts;
  const ask = (change: ConfigChange, dryRun: boolean) =>
    store.client.call("config.set", { changes: [change], dryRun, baseHash: dryRun ? null : hash });
  const changeOf = (): ConfigChange | undefined => {
    try {
      setProblem(undefined);
      return { key, value: valueOf(kind, draft) as ConfigChange["value"] };
    } catch (cause) {
      setProblem(t("settings.badJson", { why: (cause as Error).message }));
      return undefined;
    }
  };
  const check = (change = changeOf()) => {
    if (change) void act.run("check", async () => setPlan(await ask(change, true)));
  };
  const apply = async (change = changeOf()) => {
    if (!change) return;
    const isDone = await act.run("apply", async () => {
      const { needsRestart } = await ask(change, false);
      say(t(needsRestart.length > 0 ? "settings.appliedRestart" : "settings.applied"));
    });
    if (!isDone) return;
    store.resources.reload("config.");
    onClose();
  };
  const isInFile = facts.sources.some(({ source }) => source === "file");
  return (
    <form
      className="grid gap-3 text-sm"
      onSubmit={(event) => {
        event.preventDefault();
        if (plan) void apply();
        else check();
      }}
    >
      <p className="text-text-2">{facts.doc}</p>
      <Control
        kind={kind}
        schema={schema}
        draft={draft}
        onChange={(next) => {
          setDraft(next);
          setPlan(undefined);
        }}
      />
      {problem && (
        <p role="alert" className="text-danger-text">
          {problem}
        </p>
      )}
      <Facts facts={facts} />
      <div role="status">{plan && <Plan plan={plan} />}</div>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <div className="flex flex-wrap gap-2">
        <button type="submit" className="btn btn-primary" disabled={act.isBlocked}>
          {t(plan ? "settings.apply" : "settings.check")}
        </button>
        {isInFile && (
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => void apply({ key })}>
            {t("settings.reset")}
          </button>
        )}
        <button type="button" className="btn" onClick={onClose}>
          {t("page.cancel")}
        </button>
      </div>
    </form>
  );
}

interface ControlProps {
  kind: Kind;
  schema?: Schema;
  draft: string;
  onChange: (draft: string) => void;
}

function Control({ kind, schema, draft, onChange }: ControlProps) {
  const label = t("settings.value");
  if (kind === "boolean" || kind === "choice") {
    const options: (readonly [string, string])[] =
      kind === "boolean"
        ? [["true", t("settings.true")], ["false", t("settings.false")]]
        : (schema?.enum ?? []).map((each) => [String(each), String(each)] as const);
    if (draft === "") options.unshift(["", t("settings.notSet")]);
    return (
      <Field label={label}>
        <Choice label={label} value={draft} options={options} onChange={onChange} />
      </Field>
    );
  }
  if (kind === "lines" || kind === "json") {
    return (
      <Field label={label} help={t(kind === "json" ? "settings.json" : "settings.lines")}>
        <textarea
          className={`${INPUT} min-h-28 font-mono`}
          spellCheck={false}
          autoFocus
          value={draft}
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
    );
  }
  const isNumber = kind === "integer" || kind === "number";
  return (
    <Field label={label}>
      <input
        className={`${INPUT} font-mono`}
        type={isNumber ? "number" : "text"}
        step={kind === "number" ? "any" : undefined}
        min={schema?.minimum}
        max={schema?.maximum}
        autoFocus
        spellCheck={false}
        value={draft}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

function Facts({ facts }: { facts: ConfigExplainResult }) {
  return (
    <dl className="facts">
      <dt>{t("settings.wanted")}</dt>
      <dd>{facts.wanted}</dd>
      <dt>{t("settings.default")}</dt>
      <dd className="font-mono text-code">{lineOf(facts.default)}</dd>
      <dt>{t("settings.sources")}</dt>
      <dd>
        <ul>
          {facts.sources.map(({ source, value, line, name, isInForce }) => (
            <li key={`${source} ${name}`} className="flex flex-wrap items-center gap-x-2 wrap-anywhere">
              {t("settings.sourceRow", { source: t(`settings.source.${source}`), value: lineOf(value) })}
              {name && <span className="font-mono text-code">{name}</span>}
              {line && <span className="text-text-3">{t("settings.line", { line })}</span>}
              {isInForce && <Chip tone="ok">{t("settings.inForce")}</Chip>}
            </li>
          ))}
        </ul>
      </dd>
    </dl>
  );
}

/** What a change would do, before it is done. */
export function Plan({ plan: { changes, needsRestart, overruled, warnings } }: { plan: ConfigSetResult }) {
  return (
    <section className="grid gap-1 rounded-lg border border-line bg-surface-2 p-3 text-sm">
      <h3 className="font-semibold">{t("settings.diff")}</h3>
      {changes.length === 0 && <p>{t("settings.noDiff")}</p>}
      {changes.map(({ key, before, after }) => (
        <p key={key} className="font-mono text-code wrap-anywhere">
          <Plain text={t("settings.diffRow", { key, before: lineOf(before), after: lineOf(after) })} />
        </p>
      ))}
      {needsRestart.length > 0 && <p className="text-warn-text">{t("settings.needsRestart", { keys: needsRestart.join(", ") })}</p>}
      {overruled.map(({ key, name }) => (
        <p key={key} className="text-warn-text">
          {t("settings.overruled", { key, name })}
        </p>
      ))}
      {warnings.map((warning) => (
        <p key={warning} className="text-warn-text">
          {warning}
        </p>
      ))}
    </section>
  );
}
