import type { AgentFacts, AgentsContextResult, AgentsGetResult, BudgetsListResult, UsageGetResult } from "../rpc/protocol";
import { byCall, byType, type Resource } from "../store/resource";

const isTouched = byCall(/^agents\./, /^(agent\.(created|updated|deleted)|config\.changed|turn\.(created|completed))/);

export const agent = (id: string): Resource<AgentsGetResult> => ({
  key: `agents.get ${id}`,
  load: (client) => client.call("agents.get", { agentId: id }),
  isTouched,
});

export const context = (id: string): Resource<AgentsContextResult> => ({
  key: `agents.context ${id}`,
  load: (client) => client.call("agents.context", { agentId: id }),
  isTouched: byType(/^(turn\.completed|session\.(reset|compacted))/),
});

export const usageOf = (id: string): Resource<UsageGetResult> => ({
  key: `usage.get ${id}`,
  load: (client) => client.call("usage.get", { agentId: id }),
  isTouched: byType(/^turn\.completed/),
});

export const budgetList: Resource<BudgetsListResult> = {
  key: "budgets.list",
  load: (client) => client.call("budgets.list", {}),
  isTouched: byType(/^(turn\.completed|budget\.|config\.changed)/),
};

/** Agents in the order of a tree: each before those beneath it. */
export function inTree(agents: readonly AgentFacts[]): AgentFacts[] {
  const known = new Set(agents.map(({ id }) => id));
  const beneath = new Map<string, AgentFacts[]>();
  for (const each of agents) {
    const parent = each.parent_agent_id && known.has(each.parent_agent_id) ? each.parent_agent_id : "";
    beneath.set(parent, [...(beneath.get(parent) ?? []), each]);
  }
  const walk = (parent: string): AgentFacts[] => (beneath.get(parent) ?? []).flatMap((each) => [each, ...walk(each.id)]);
  return walk("");
}
