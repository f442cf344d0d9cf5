import { useState } from "react";
import { useFilter } from "../address/useFilter";
import { Chip, type Tone } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Field, FilterField, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Modal } from "../form/Modal";
import { Empty } from "../parts/Page";
import { useAct } from "../form/useAct";
import type { AclPoliciesListResult, AclPoliciesShowResult, AclPoliciesValidateResult, PolicyItem } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { named, t } from "../text/text";

const policies: Resource<AclPoliciesListResult> = {
  key: "acl.policies.list",
  load: (client) => client.call("acl.policies.list", {}),
  isTouched: byCall(/^runtime\.reload/, /^(config\.changed|system\.config_reloaded)/),
};

const policy = (id: string): Resource<AclPoliciesShowResult> => ({
  key: `acl.policies.show ${id}`,
  load: (client) => client.call("acl.policies.show", { id }),
});

const TONES: Record<string, Tone> = { permit: "ok", ask: "ask", forbid: "danger" };

export default function Policies() {
  const store = useStore();
  const [{ q: filter }, change] = useFilter({ q: "" });
  const [isChecking, setChecking] = useState(false);
  const list = useResource(policies);
  const matches = ({ id, reason, source }: PolicyItem) => `${id} ${reason} ${source}`.toLowerCase().includes(filter.toLowerCase());
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <FilterField label={t("policies.filter")} value={filter} onChange={(q) => change({ q })} />
        <button type="button" className="btn" onClick={() => setChecking(true)}>
          {t("policies.validate")}
        </button>
      </div>
      <Loaded of={list} onRetry={() => store.resources.reload(policies.key)}>
        {({ policies: all, folder }) => {
          const shown = all.filter(matches);
          return (
            <>
              <p className="text-sm wrap-anywhere text-text-2">{t("policies.sub", { folder })}</p>
              {shown.length === 0 && <Empty>{t("page.none", { filter })}</Empty>}
              <ul className="card divide-y divide-line py-1 empty:hidden">
                {shown.map((each) => (
                  <Row key={each.id} item={each} />
                ))}
              </ul>
            </>
          );
        }}
      </Loaded>
      {isChecking && <Validate onClose={() => setChecking(false)} />}
    </>
  );
}

function Row({ item }: { item: PolicyItem }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li className="py-2 text-sm">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary data-row className="flex min-h-8 flex-wrap items-center gap-2">
          <Chip tone={TONES[item.kind] ?? "mute"}>{named("policies.kind", item.kind)}</Chip>
          <span className="font-mono text-code font-semibold">{item.id}</span>
          <span className="min-w-48 grow basis-0">{item.reason}</span>
          <span className="text-xs text-text-3">{t("policies.place", { source: item.source, line: item.line })}</span>
        </summary>
        {isOpen && <Text id={item.id} />}
      </details>
    </li>
  );
}

function Text({ id }: { id: string }) {
  const store = useStore();
  const one = useResource(policy(id));
  return (
    <Loaded of={one} lines={3} onRetry={() => store.resources.reload(policy(id).key)}>
      {({ text }) => (
        <pre tabIndex={0} role="group" aria-label={t("policies.show")} className="box mt-2">
          {text}
        </pre>
      )}
    </Loaded>
  );
}

function Validate({ onClose }: { onClose: () => void }) {
  const store = useStore();
  const act = useAct();
  const [text, setText] = useState("");
  const [result, setResult] = useState<AclPoliciesValidateResult>();
  const check = () => void act.run("validate", async () => setResult(await store.client.call("acl.policies.validate", { text })));
  return (
    <Modal title={t("policies.validate")} isOpen onClose={onClose} isWide>
      <form
        className="grid gap-3 text-sm"
        onSubmit={(event) => {
          event.preventDefault();
          check();
        }}
      >
        <Field label={t("policies.text")} help={t("policies.validateHelp")}>
          <textarea
            className={`${INPUT} min-h-48 font-mono`}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        <div role="status" className="grid gap-1">
          {result?.isValid && <p className="text-ok-text">{t("policies.valid")}</p>}
          {result?.findings.map(({ line, problem }, n) => (
            <p key={n} className="wrap-anywhere text-danger-text">
              {line ? t("policies.line", { line, problem }) : problem}
            </p>
          ))}
        </div>
        {act.error && <CallError error={act.error} what={act.error.message} />}
        <div className="flex gap-2">
          <button type="submit" className="btn btn-primary" disabled={act.isBlocked || text.trim() === ""}>
            {t("policies.check")}
          </button>
          <button type="button" className="btn" onClick={onClose}>
            {t("page.close")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
