import type { PermissionRequest } from "../rpc/protocol";
import { hasText, t } from "../text/text";

/** Who wants what kind of thing, in one sentence. */
export function wants({ kind, agent_id: agent, action }: PermissionRequest): string {
  if (kind === "sender") return t("ask.sender", { agent });
  if (kind === "unknown_outcome") return t("ask.unknownOutcome", { agent, tool: action.tool });
  const key = `ask.wants.${action.tool}`;
  return t(hasText(key) ? key : "ask.wants.other", { agent, tool: action.tool });
}
