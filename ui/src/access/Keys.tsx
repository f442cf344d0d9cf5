import { useState } from "react";
import { useFilter } from "../address/useFilter";
import { principalText } from "../format/principal";
import { timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { CopyButton } from "../parts/CopyButton";
import { CallError } from "../parts/ErrorPanel";
import { Choice, Field, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Confirm, Modal } from "../form/Modal";
import { Empty } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { ApiKey, KeysCreateResult, KeysListResult, Scope } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";
import { useResource, useSelect, useStore } from "../store/react";
import { t } from "../text/text";

const DAY_MS = 86_400_000;
const LIFETIMES = { day: DAY_MS, month: 30 * DAY_MS, year: 365 * DAY_MS, forever: undefined } as const;
type Lifetime = keyof typeof LIFETIMES;
/** What a key for a program that talks to an agent needs. */
const USUAL: readonly Scope[] = ["runtime.read", "agent.read", "session.read", "session.write"];

function keys(includeEnded: boolean): Resource<KeysListResult> {
  return {
    key: `keys.list ${includeEnded}`,
    load: (client) => client.call("keys.list", { includeEnded }),
    isTouched: byCall(/^keys\./),
  };
}

export default function Keys() {
  const store = useStore();
  const [{ ended }, change] = useFilter({ ended: "" });
  const includeEnded = ended !== "";
  const [isMaking, setMaking] = useState(false);
  const list = useResource(keys(includeEnded));
  const reload = () => store.resources.reload("keys.list");
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="button" className="btn btn-primary" onClick={() => setMaking(true)}>
          {t("apiKeys.create")}
        </button>
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input type="checkbox" checked={includeEnded} onChange={(event) => change({ ended: event.target.checked ? "1" : "" })} />
          {t("devices.ended")}
        </label>
      </div>
      <Loaded of={list} onRetry={reload}>
        {({ keys: all }) =>
          all.length === 0 ? (
            <Empty>{t("apiKeys.none")}</Empty>
          ) : (
            <ul className="card divide-y divide-line py-1">
              {all.map((key) => (
                <Row key={key.id} apiKey={key} onDone={reload} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {isMaking && <MakeKey onClose={() => setMaking(false)} onMade={reload} />}
    </>
  );
}

function Row({ apiKey, onDone }: { apiKey: ApiKey; onDone: () => void }) {
  const { id, label, scopes, agents, created_at, created_by, expires_at, last_used_at, revoked_at } = apiKey;
  const store = useStore();
  const act = useAct();
  const [isAsking, setAsking] = useState(false);
  const revoke = () => {
    setAsking(false);
    void act.run("revoke", () => store.client.call("keys.revoke", { id }), t("apiKeys.revoked", { label })).then(onDone);
  };
  const facts = [
    t("apiKeys.madeBy", { time: timeOfDay(created_at), who: principalText(created_by) }),
    expires_at ? t("apiKeys.expires", { time: timeOfDay(expires_at) }) : t("grants.forever"),
    last_used_at ? t("apiKeys.used", { time: timeOfDay(last_used_at) }) : t("apiKeys.usedNever"),
  ];
  if (agents) facts.push(t("apiKeys.onlyAgents", { agents: agents.join(", ") }));
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5" data-key={id}>
      <div className="grid min-w-56 grow basis-0 gap-0.5 text-sm">
        <span className="flex flex-wrap items-center gap-2" data-row tabIndex={-1}>
          <span className="font-semibold wrap-anywhere">
            <Plain text={label} max={120} />
          </span>
          {revoked_at && <Chip tone="mute">{t("devices.endedAt", { time: timeOfDay(revoked_at) })}</Chip>}
        </span>
        <span className="text-text-2">{facts.join(" · ")}</span>
        <span className="font-mono text-code wrap-anywhere text-text-2">{scopes.join(", ")}</span>
      </div>
      {!revoked_at && (
        <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setAsking(true)}>
          {t("apiKeys.revoke")} <span className="sr"><Plain text={label} max={120} /></span>
        </button>
      )}
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <Confirm
        title={t("apiKeys.revokeTitle", { label })}
        text={t("apiKeys.revokeText")}
        action={t("apiKeys.revoke")}
        isOpen={isAsking}
        isBlocked={act.isBlocked}
        onConfirm={revoke}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}

function MakeKey({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const [made, setMade] = useState<KeysCreateResult>();
  // The value is nowhere but here: closing is a deliberate act.
  const title = made ? t("apiKeys.made", { label: made.key.label }) : t("apiKeys.create");
  return (
    <Modal title={title} isOpen onClose={() => !made && onClose()}>
      {made ? (
        <div className="grid gap-3 text-sm">
          <p className="font-medium text-warn-text">{t("apiKeys.once")}</p>
          <code
            tabIndex={0}
            role="group"
            aria-label={t("apiKeys.value")}
            data-secret
            className="rounded-lg border border-line-strong bg-code-bg px-3 py-2 font-mono text-code break-all select-all"
          >
            {made.value}
          </code>
          <div className="flex flex-wrap gap-2">
            <CopyButton text={made.value} />
            <button type="button" className="btn btn-primary" onClick={onClose}>
              {t("apiKeys.copied")}
            </button>
          </div>
        </div>
      ) : (
        <KeyForm
          onClose={onClose}
          onMade={(result) => {
            setMade(result);
            onMade();
          }}
        />
      )}
    </Modal>
  );
}

function KeyForm({ onClose, onMade }: { onClose: () => void; onMade: (made: KeysCreateResult) => void }) {
  const store = useStore();
  const act = useAct();
  const mine = useSelect((state) => state.connection.hello?.auth.scopes);
  const [label, setLabel] = useState("");
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set(USUAL));
  const [lifetime, setLifetime] = useState<Lifetime>("month");
  const [agents, setAgents] = useState("");
  const toggle = (scope: Scope) => {
    const next = new Set(scopes);
    if (!next.delete(scope)) next.add(scope);
    setScopes(next);
  };
  const make = () => {
    const [first, ...rest] = agents.split(",").map((name) => name.trim()).filter(Boolean);
    const only = first === undefined ? null : ([first, ...rest] as [string, ...string[]]);
    const params = { label, scopes: [...scopes], lifetimeMs: LIFETIMES[lifetime] ?? null, agents: only };
    void act.run("create", async () => onMade(await store.client.call("keys.create", params)));
  };
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        make();
      }}
    >
      <Field label={t("apiKeys.label")} help={t("apiKeys.labelHelp")}>
        <input className={INPUT} required autoFocus value={label} onChange={(event) => setLabel(event.target.value)} />
      </Field>
      <fieldset className="grid gap-1 text-sm">
        <legend className="mb-1 font-medium">{t("apiKeys.scopes")}</legend>
        <div className="grid grid-cols-1 gap-x-3 sm:grid-cols-2">
          {(mine ?? USUAL).map((scope) => (
            <label key={scope} className="flex min-h-7 items-center gap-2 font-mono text-code pointer-coarse:min-h-11">
              <input
                type="checkbox"
                checked={scopes.has(scope)}
                disabled={scope === "runtime.read"}
                onChange={() => toggle(scope)}
              />
              {scope}
            </label>
          ))}
        </div>
        <span className="text-xs text-text-2">{t("apiKeys.scopesHelp")}</span>
      </fieldset>
      <Field label={t("apiKeys.lifetime")}>
        <Choice
          label={t("apiKeys.lifetime")}
          value={lifetime}
          options={(Object.keys(LIFETIMES) as Lifetime[]).map((each) => [each, t(`apiKeys.${each}`)] as const)}
          onChange={setLifetime}
        />
      </Field>
      <Field label={t("apiKeys.agents")} help={t("apiKeys.agentsHelp")}>
        <input className={INPUT} value={agents} onChange={(event) => setAgents(event.target.value)} />
      </Field>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <div className="flex gap-2">
        <button type="submit" className="btn btn-primary" disabled={act.isBlocked || label.trim() === ""}>
          {t("apiKeys.create")}
        </button>
        <button type="button" className="btn" onClick={onClose}>
          {t("page.cancel")}
        </button>
      </div>
    </form>
  );
}
