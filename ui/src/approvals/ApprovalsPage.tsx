import "../text/en/approvals";
import { Link, useParams } from "@tanstack/react-router";
import { ApprovalCard } from "../approval/ApprovalCard";
import { dangerOf } from "../approval/danger";
import { wants } from "../approval/wants";
import { duration } from "../format/time";
import { pendingOf } from "../keys/keys";
import { useNow } from "../browser/now";
import { Empty, Page } from "../parts/Page";
import { Loaded } from "../parts/Loaded";
import { Plain } from "../parts/Plain";
import { Tabs } from "../parts/Tabs";
import type { PermissionRequest } from "../rpc/protocol";
import type { Resource } from "../store/resource";
import { useResource, useSelect, useStore } from "../store/react";
import { t } from "../text/text";

export function ApprovalTabs({ isOneOpen = false }: { isOneOpen?: boolean }) {
  return (
    <Tabs
      label={t("approvals.tabs")}
      tabs={[
        { to: "/approvals", text: t("approvals.pending"), isOpen: isOneOpen },
        { to: "/approvals/decided", text: t("approvals.decided") },
        { to: "/access/$tab", params: { tab: "grants" }, text: t("approvals.grants") },
      ]}
    />
  );
}

/** Everything that waits for a decision: a list beside the one that is open. */
export function ApprovalsPage() {
  const { id } = useParams({ strict: false });
  const store = useStore();
  const permissions = useSelect((state) => state.permissions);
  const overview = useSelect((state) => state.overview);
  // Who waits longest ends soonest; strangers stand behind what your own agents ask.
  const isSender = (one: PermissionRequest) => Number(one.kind === "sender");
  const pending = pendingOf({ permissions }).sort((a, b) => isSender(a) - isSender(b));
  const open = id ?? pending[0]?.id;
  const sub = pending.length > 0 ? t("approvals.sub", { n: pending.length }) : t("approvals.subNone");
  return (
    <Page title={t("approvals.title")} sub={overview.value && sub}>
      <ApprovalTabs isOneOpen={id !== undefined} />
      <Loaded of={overview} onRetry={() => void store.refreshOverview()}>
        {() => (
          <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-[20rem_minmax(0,1fr)]">
            {pending.length > 0 && (
              <ul aria-label={t("approvals.list")} className={`grid-cols-[minmax(0,1fr)] gap-1.5 ${id ? "hidden lg:grid" : "grid"}`}>
                {pending.map((permission) => (
                  <li key={permission.id}>
                    <Row permission={permission} isOpen={permission.id === open} />
                  </li>
                ))}
              </ul>
            )}
            {id && (
              <p className="lg:hidden">
                <Link to="/approvals">{t("approvals.back")}</Link>
              </p>
            )}
            {pending.length === 0 && !id && (
              <div className="lg:col-span-2">
                <Empty>{t("approvals.empty")}</Empty>
              </div>
            )}
            {open && (
              <div className={id ? "" : "hidden lg:block"}>
                <h2 className="sr">{t("approvals.open")}</h2>
                {permissions[open] ? <ApprovalCard permission={permissions[open]} /> : <Remembered id={open} />}
              </div>
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Row({ permission, isOpen }: { permission: PermissionRequest; isOpen: boolean }) {
  const now = useNow();
  const left = Math.max(0, permission.expires_at - now);
  const danger = dangerOf(permission);
  return (
    <Link
      to="/approvals/$id"
      params={{ id: permission.id }}
      replace
      data-row
      className={`block rounded-lg border px-3 py-2 text-sm text-text no-underline hover:bg-surface-2 ${isOpen ? "border-ask bg-surface" : "border-line bg-surface lg:border-transparent lg:bg-transparent"}`}
    >
      <span className="block font-medium">
        {danger && (
          <span aria-hidden="true" className="text-warn-text">
            ▲{" "}
          </span>
        )}
        {wants(permission)}
      </span>
      <span className="block truncate font-mono text-code text-text-2">
        <Plain text={permission.sender?.excerpt ?? permission.action.summary} max={120} />
      </span>
      <span className="block text-xs text-text-3">
        {t("approvals.left", { duration: duration(Math.ceil(left / 10_000) * 10_000) })}
      </span>
    </Link>
  );
}

/** One that is no longer among those at hand: decided long ago, or never there. */
function Remembered({ id }: { id: string }) {
  const store = useStore();
  const one = useResource(shown(id));
  return (
    <Loaded of={one} onRetry={() => store.resources.reload(shown(id).key)}>
      {({ request }) => <ApprovalCard permission={request} />}
    </Loaded>
  );
}

function shown(id: string): Resource<{ request: PermissionRequest }> {
  return { key: `acl.requests.show ${id}`, load: (client) => client.call("acl.requests.show", { id }) };
}
