import { useState } from "react";
import { useFilter } from "../address/useFilter";
import { principalText } from "../format/principal";
import { timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { FilterField } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Confirm } from "../form/Modal";
import { Empty } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { AclGrantsListResult, Grant, GrantScope } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { GrantDialog } from "./GrantDialog";

/** Most grants that are shown. */
const GRANTS_MAX = 200;

function grants(includeEnded: boolean): Resource<AclGrantsListResult> {
  return {
    key: `acl.grants.list ${includeEnded}`,
    load: (client) => client.call("acl.grants.list", { includeEnded, limit: GRANTS_MAX }),
    isTouched: byCall(/^acl\.grants\./, /^permission\.resolved/),
  };
}

export default function Grants() {
  const store = useStore();
  const [{ q: filter, ended }, change] = useFilter({ q: "", ended: "" });
  const includeEnded = ended !== "";
  const [isMaking, setMaking] = useState(false);
  const list = useResource(grants(includeEnded));
  const reload = () => store.resources.reload("acl.grants.list");
  const matches = (grant: Grant) =>
    `${principalText(grant.principal)} ${scopeText(grant.scope)} ${grant.reason}`.toLowerCase().includes(filter.toLowerCase());
  return (
    <>
      <p className="text-sm text-text-2">{t("grants.sub")}</p>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="button" className="btn btn-primary" onClick={() => setMaking(true)}>
          {t("grants.create")}
        </button>
        <FilterField label={t("grants.filter")} value={filter} onChange={(q) => change({ q })} />
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input type="checkbox" checked={includeEnded} onChange={(event) => change({ ended: event.target.checked ? "1" : "" })} />
          {t("grants.ended")}
        </label>
      </div>
      <Loaded of={list} onRetry={reload}>
        {({ grants: all }) => {
          const shown = all.filter(matches);
          if (all.length === 0) return <Empty>{t("grants.none")}</Empty>;
          if (shown.length === 0) return <Empty>{t("page.none", { filter })}</Empty>;
          return (
            <ul className="card divide-y divide-line py-1">
              {shown.map((grant) => (
                <Row key={grant.id} grant={grant} onDone={reload} />
              ))}
            </ul>
          );
        }}
      </Loaded>
      {isMaking && <GrantDialog onClose={() => setMaking(false)} onDone={reload} />}
    </>
  );
}

/** Where a grant holds, in words: every part of it narrows. */
function scopeText(scope: GrantScope): string {
  const { resource, host, port, path, command, recipient, session_key } = scope;
  const parts = [
    resource,
    host && (port ? `${host}:${port}` : host),
    path,
    command?.join(" "),
    recipient,
    session_key && t("grants.scope.session", { session: session_key }),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : t("grants.scope.all");
}

function Row({ grant, onDone }: { grant: Grant; onDone: () => void }) {
  const { id, effect, verb, principal, scope, reason, created_at, granted_by, expires_at, revoked_at } = grant;
  const store = useStore();
  const act = useAct();
  const [isAsking, setAsking] = useState(false);
  const [isNarrowing, setNarrowing] = useState(false);
  const hasEnded = revoked_at != null || (expires_at != null && expires_at < Date.now());
  const revoke = () => {
    setAsking(false);
    void act.run("revoke", () => store.client.call("acl.grants.revoke", { id }), t("grants.revoked")).then(onDone);
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5" data-grant={id}>
      <div className="grid min-w-56 grow basis-0 gap-0.5 text-sm">
        <span className="flex flex-wrap items-center gap-2" data-row tabIndex={-1}>
          <Chip tone={effect === "allow" ? "ok" : "danger"}>{t(effect === "allow" ? "grants.allow" : "grants.deny")}</Chip>
          <span className="font-semibold">{principalText(principal)}</span>
          <span>{t(`grants.verb.${verb}`)}</span>
          <span className="font-mono text-code wrap-anywhere">
            <Plain text={scopeText(scope)} max={300} />
          </span>
          {hasEnded && <Chip tone="mute">{t("grants.endedChip")}</Chip>}
        </span>
        <span className="text-text-2">
          {t("grants.by", { time: timeOfDay(created_at), who: principalText(granted_by) })} ·{" "}
          {expires_at ? t("grants.until", { time: timeOfDay(expires_at) }) : t("grants.forever")}
        </span>
        <span className="wrap-anywhere text-text-2">
          <Plain text={reason} max={300} />
        </span>
      </div>
      {!hasEnded && (
        <div className="flex gap-2">
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => setNarrowing(true)}>
            {t("grants.narrow")} <span className="sr">{scopeText(scope)}</span>
          </button>
          <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setAsking(true)}>
            {t("grants.revoke")} <span className="sr">{scopeText(scope)}</span>
          </button>
        </div>
      )}
      {isNarrowing && <GrantDialog from={grant} onClose={() => setNarrowing(false)} onDone={onDone} />}
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <Confirm
        title={t("grants.revokeTitle")}
        text={t("grants.revokeText")}
        action={t("grants.revoke")}
        isOpen={isAsking}
        isBlocked={act.isBlocked}
        onConfirm={revoke}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}
