import "../text/en/approvals";
import { Link } from "@tanstack/react-router";
import { oneOf } from "../address/query";
import { useFilter } from "../address/useFilter";
import { Receipt } from "../approval/Receipt";
import { wants } from "../approval/wants";
import { Choice, FilterField } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import type { AclRequestsListResult, PermissionRequest, PermissionStatus } from "../rpc/protocol";
import { byType, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { ApprovalTabs } from "./ApprovalsPage";

/** Most that one call hands out. */
const DECIDED_MAX = 200;

const decided: Resource<AclRequestsListResult> = {
  key: "acl.requests.list decided",
  load: (client) => client.call("acl.requests.list", { includeResolved: true, limit: DECIDED_MAX }),
  isTouched: byType(/^permission\./),
};

type Which = "all" | Exclude<PermissionStatus, "pending">;
const WHICH: readonly Which[] = ["all", "approved", "denied", "expired", "withdrawn"];

/** What was decided, by whom and how long it holds, the latest first. */
export function DecidedPage() {
  const store = useStore();
  const list = useResource(decided);
  const [{ q: filter, status: wanted }, change] = useFilter({ q: "", status: "all" });
  const which = oneOf(WHICH, wanted, "all");
  const matches = (permission: PermissionRequest) => {
    const { status, action, agent_id, session_key } = permission;
    if (status === "pending" || (which !== "all" && status !== which)) return false;
    const text = [wants(permission), action.summary, agent_id, session_key].join(" ").toLowerCase();
    return text.includes(filter.toLowerCase());
  };
  return (
    <Page title={t("approvals.title")}>
      <ApprovalTabs />
      <div className="flex flex-wrap gap-2">
        <FilterField label={t("approvals.filter")} value={filter} onChange={(q) => change({ q })} />
        <Choice
          label={t("approvals.by")}
          value={which}
          options={WHICH.map((each) => [each, t(`approvals.by.${each}`)] as const)}
          onChange={(status) => change({ status })}
        />
      </div>
      <Loaded of={list} onRetry={() => store.resources.reload(decided.key)}>
        {({ requests }) => {
          const all = requests.filter(({ status }) => status !== "pending");
          const shown = all.filter(matches).sort((a, b) => (b.resolved_at ?? 0) - (a.resolved_at ?? 0));
          if (all.length === 0) return <Empty>{t("approvals.decidedEmpty")}</Empty>;
          if (shown.length === 0) return <Empty>{t("page.none", { filter: filter || t(`approvals.by.${which}`) })}</Empty>;
          return (
            <>
              <ul className="card divide-y divide-line py-1">
                {shown.map((permission) => (
                  <li key={permission.id} data-row tabIndex={-1} className="grid gap-1 py-2">
                    <span className="text-sm font-medium">
                      {wants(permission)} <span className="font-normal text-text-2">· {permission.agent_id}</span>
                    </span>
                    <span className="font-mono text-code wrap-anywhere text-text-2">
                      <Plain text={permission.sender?.excerpt ?? permission.action.summary} max={300} />
                    </span>
                    <Receipt permission={permission} />
                  </li>
                ))}
              </ul>
              {requests.length >= DECIDED_MAX && (
                <p className="text-sm text-text-2">
                  {t("approvals.decidedMax", { n: DECIDED_MAX })}{" "}
                  <Link to="/access/$tab" params={{ tab: "audit" }}>
                    {t("approvals.audit")}
                  </Link>
                </p>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
