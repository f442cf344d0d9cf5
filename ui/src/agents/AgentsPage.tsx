import "../text/en/agents";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { principalText } from "../format/principal";
import { timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import type { AgentFacts } from "../rpc/protocol";
import { agentList } from "../store/lists";
import { useOnline, useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { AgentForm } from "./AgentForm";
import { inTree } from "./resources";

/** The agents as a tree: who stands beneath whom. */
export function AgentsPage() {
  const store = useStore();
  const isOnline = useOnline();
  const list = useResource(agentList);
  const [isMaking, setMaking] = useState(false);
  return (
    <Page
      title={t("agents.title")}
      sub={t("agents.sub")}
      actions={
        <button type="button" className="btn btn-primary" disabled={!isOnline} onClick={() => setMaking(true)}>
          {t("agents.create")}
        </button>
      }
    >
      <Loaded of={list} onRetry={() => store.resources.reload(agentList.key)}>
        {({ agents, defaultAgent }) => (
          <>
            <ul aria-label={t("agents.list")} className="grid gap-2">
              {inTree(agents).map((agent) => (
                <Row key={agent.id} agent={agent} isDefault={agent.id === defaultAgent} />
              ))}
            </ul>
            {isMaking && <AgentForm agents={agents} onClose={() => setMaking(false)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** How far a row stands in from the one above it. */
const INDENTS = ["", "ms-4 md:ms-8", "ms-8 md:ms-16", "ms-12 md:ms-24", "ms-16 md:ms-32"] as const;

function Row({ agent, isDefault }: { agent: AgentFacts; isDefault: boolean }) {
  const { id, preset, depth, is_busy, is_temp, is_configured, child_count, last_action_at, models, creator, created_at } = agent;
  const facts = [
    models[0] ?? t("agents.modelDefault"),
    last_action_at ? t("agents.lastAction", { time: timeOfDay(last_action_at) }) : t("agents.never"),
    is_configured ? t("agents.configured") : t("agents.made", { time: timeOfDay(created_at ?? 0), who: creator ? principalText(creator) : "" }),
  ];
  if (child_count > 0) facts.push(t("agents.children", { n: child_count }));
  const indent = INDENTS[Math.min(depth, INDENTS.length - 1)];
  return (
    <li className={`card grid gap-0.5 ${indent} ${is_temp ? "border-dashed" : ""}`} data-agent={id} aria-level={depth + 1}>
      <span className="flex flex-wrap items-center gap-2">
        <Link to="/agents/$id" params={{ id }} data-row className="font-semibold wrap-anywhere">
          {id}
        </Link>
        <Chip tone={is_busy ? "run" : "mute"}>{t(is_busy ? "agents.busy" : "agents.idle")}</Chip>
        <span className="chip chip-mute">{preset}</span>
        {isDefault && <span className="chip chip-mute">{t("agents.default")}</span>}
        {is_temp && <span className="chip chip-mute">{t("agents.temp")}</span>}
      </span>
      <span className="text-sm wrap-anywhere text-text-2">{facts.join(" · ")}</span>
    </li>
  );
}
