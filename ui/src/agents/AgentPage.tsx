import "../text/en/agents";
import { Link, useParams, useRouter } from "@tanstack/react-router";
import { type ReactNode, useId, useState } from "react";
import { tokensText } from "../format/amount";
import { principalText } from "../format/principal";
import { duration, timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Loaded } from "../parts/Loaded";
import { Meter } from "../parts/Meter";
import { Confirm } from "../form/Modal";
import { Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { AgentFacts, AgentsGetResult } from "../rpc/protocol";
import { agentList } from "../store/lists";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { BudgetList } from "../usage/BudgetList";
import { figuresCost } from "../usage/figures";
import { AgentForm } from "./AgentForm";
import { agent as agentOf, budgetList, context, usageOf } from "./resources";

/** One agent: what it is at, what it may at most, what it used. */
export function AgentPage() {
  const { id = "" } = useParams({ strict: false });
  const store = useStore();
  const one = useResource(agentOf(id));
  return (
    <Page title={id} sub={<Link to="/agents">{t("agents.list")}</Link>}>
      <Loaded of={one} onRetry={() => store.resources.reload(agentOf(id).key)}>
        {(value) => (
          <>
            <Now value={value} />
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-2">
              <Ceiling agent={value.agent} />
              <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
                <Conversation id={id} />
                <Usage id={id} />
                <Budgets id={id} />
              </div>
            </div>
            <Card title={t("agents.prompt")}>
              {value.systemPrompt ? (
                <pre className="box" tabIndex={0} role="group" aria-label={t("agents.prompt")}>
                  <Plain text={value.systemPrompt} max={32_000} />
                </pre>
              ) : (
                <p className="text-sm text-text-2">{t("agents.promptNone")}</p>
              )}
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id} className="card-title">
        {title}
      </h2>
      {children}
    </section>
  );
}

function Now({ value: { agent, children, systemPrompt } }: { value: AgentsGetResult }) {
  const { id, is_busy, is_configured, is_temp, preset, parent_agent_id, session_key, last_action_at, creator, created_at } = agent;
  const store = useStore();
  const router = useRouter();
  const act = useAct();
  const all = useResource(agentList).value?.agents ?? [];
  const [open, setOpen] = useState<"change" | "delete">();
  const remove = async () => {
    setOpen(undefined);
    const isDone = await act.run("delete", () => store.client.call("agents.delete", { agentId: id }), t("agents.deleted", { agent: id }));
    if (isDone) void router.navigate({ to: "/agents" });
  };
  return (
    <section className="card grid gap-2 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <Chip tone={is_busy ? "run" : "mute"}>{t(is_busy ? "agents.busy" : "agents.idle")}</Chip>
        <span className="chip chip-mute">{preset}</span>
        {is_temp && <span className="chip chip-mute">{t("agents.temp")}</span>}
        <span className="grow text-text-2">
          {last_action_at ? t("agents.lastAction", { time: timeOfDay(last_action_at) }) : t("agents.never")} ·{" "}
          {is_configured ? t("agents.configured") : t("agents.made", { time: timeOfDay(created_at ?? 0), who: creator ? principalText(creator) : "" })}
        </span>
        <Link to="/chat/$session" params={{ session: session_key }} className="btn">
          {t("agents.chat")}
        </Link>
        {!is_configured && (
          <>
            <button type="button" className="btn" disabled={act.isBlocked} onClick={() => setOpen("change")}>
              {t("agents.change")}
            </button>
            <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setOpen("delete")}>
              {t("agents.delete")}
            </button>
          </>
        )}
      </div>
      {is_configured && <p className="text-text-2">{t("agents.fixed")}</p>}
      {(parent_agent_id || children.length > 0) && (
        <dl className="facts">
          {parent_agent_id && (
            <>
              <dt>{t("agents.parent")}</dt>
              <dd>
                <Link to="/agents/$id" params={{ id: parent_agent_id }}>
                  {parent_agent_id}
                </Link>
              </dd>
            </>
          )}
          {children.length > 0 && (
            <>
              <dt>{t("agents.beneath")}</dt>
              <dd className="flex flex-wrap gap-x-3">
                {children.map((child) => (
                  <Link key={child} to="/agents/$id" params={{ id: child }}>
                    {child}
                  </Link>
                ))}
              </dd>
            </>
          )}
        </dl>
      )}
      {act.error && <CallError error={act.error} what={act.error.message} />}
      {open === "change" && <AgentForm agents={all} agent={agent} systemPrompt={systemPrompt ?? ""} onClose={() => setOpen(undefined)} />}
      <Confirm
        title={t("agents.deleteTitle", { agent: id })}
        text={t("agents.deleteText")}
        action={t("agents.delete")}
        isOpen={open === "delete"}
        isBlocked={act.isBlocked}
        onConfirm={() => void remove()}
        onClose={() => setOpen(undefined)}
      />
    </section>
  );
}

function Ceiling({ agent }: { agent: AgentFacts }) {
  const { preset, constraints, tools, disabled_tools, write_paths, cwd, limits, models } = agent;
  return (
    <Card title={t("agents.ceiling")}>
      <p className="mb-2 text-sm text-text-2">{t("agents.ceilingText")}</p>
      <dl className="facts">
        <dt>{t("agents.preset")}</dt>
        <dd>{preset}</dd>
        <dt>{t("agents.constraints")}</dt>
        <dd>{constraints.length > 0 ? constraints.join("; ") : t("agents.noConstraints")}</dd>
        <dt>{t("agents.tools")}</dt>
        <dd className="font-mono text-code">{tools.join(", ") || "–"}</dd>
        {disabled_tools.length > 0 && (
          <>
            <dt>{t("agents.disabled")}</dt>
            <dd className="font-mono text-code">{disabled_tools.join(", ")}</dd>
          </>
        )}
        <dt>{t("agents.cwd")}</dt>
        <dd className="font-mono text-code">{cwd}</dd>
        <dt>{t("agents.writePaths")}</dt>
        <dd className="font-mono text-code">{write_paths.length > 0 ? write_paths.join(", ") : t("agents.writeAll")}</dd>
        <dt>{t("agents.limits")}</dt>
        <dd>
          {t("agents.steps", { n: limits.steps_max })}, {t("tokens", { n: limits.tokens_max })}, {duration(limits.duration_ms_max)}
        </dd>
        <dt>{t("agents.models")}</dt>
        <dd>{models.length > 0 ? models.join(", ") : t("agents.modelDefault")}</dd>
      </dl>
    </Card>
  );
}

function Conversation({ id }: { id: string }) {
  const store = useStore();
  const one = useResource(context(id));
  return (
    <Card title={t("agents.context")}>
      <Loaded of={one} lines={2} onRetry={() => store.resources.reload(context(id).key)}>
        {({ systemTokens, toolTokens, messageTokens, budgetTokens, hasSummary }) => {
          const used = systemTokens + toolTokens + messageTokens;
          return (
            <div className="grid gap-1 text-sm">
              <p>{t("agents.contextOf", { used, budget: budgetTokens })}</p>
              <Meter label={t("agents.context")} max={Math.max(1, budgetTokens)} value={used} />
              <p className="text-text-2">
                {t("agents.contextParts", { system: systemTokens, tools: toolTokens, messages: messageTokens })}
                {hasSummary && ` · ${t("agents.summary")}`}
              </p>
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Usage({ id }: { id: string }) {
  const store = useStore();
  const one = useResource(usageOf(id));
  return (
    <Card title={t("agents.usage")}>
      <Loaded of={one} lines={2} onRetry={() => store.resources.reload(usageOf(id).key)}>
        {({ total }) => (
          <p className="text-sm">
            {figuresCost(total)} · {tokensText(total.usage)} · {t("agents.usageCalls", { n: total.nCalls })}
          </p>
        )}
      </Loaded>
    </Card>
  );
}

function Budgets({ id }: { id: string }) {
  const list = useResource(budgetList).value?.budgets ?? [];
  const own = list.filter(({ budget }) => budget.scope === "agent" && (budget.of == null || budget.of === id));
  if (own.length === 0) return null;
  return (
    <Card title={t("agents.budgets")}>
      <BudgetList budgets={own} />
    </Card>
  );
}
