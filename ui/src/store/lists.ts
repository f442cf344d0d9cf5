// What several pages show; what only one shows stands beside that page.
import { byCall, byType, type Resource } from "./resource";
import type { AdaptersListResult, AgentsListResult, ModelsListResult, SessionsListResult } from "../rpc/protocol";

export const adapterList: Resource<AdaptersListResult> = {
  key: "adapters.list",
  load: (client) => client.call("adapters.list", {}),
  isTouched: byType(/^(adapter\.(status|violation)|config\.changed)/),
};

export const modelList: Resource<ModelsListResult> = {
  key: "models.list",
  load: (client) => client.call("models.list", {}),
  isTouched: byType(/^(config\.changed|system\.config_reloaded|agent\.error)/),
};

export const agentList: Resource<AgentsListResult> = {
  key: "agents.list",
  load: (client) => client.call("agents.list", {}),
  isTouched: byCall(/^agents\./, /^(agent\.(created|updated|deleted)|config\.changed|turn\.(created|completed))/),
};

/** Most sessions one call hands out. */
export const SESSIONS_MAX = 200;

export const sessionList: Resource<SessionsListResult> = {
  key: "sessions.list",
  load: (client) => client.call("sessions.list", { limit: SESSIONS_MAX }),
  isTouched: byType(/^(session\.|turn\.(created|completed))/),
};
