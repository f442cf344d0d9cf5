import type { PermissionRequest } from "../rpc/protocol";
import type { TextKey } from "../text/text";

/**
 * What makes an approval dangerous, if anything does: it needs a second key. Judged by what the
 * tool says it would touch, never by the words of the model.
 */
export function dangerOf({ kind, action, proposals }: PermissionRequest): TextKey | undefined {
  if (kind === "sender") return undefined;
  if (kind === "unknown_outcome") return "ask.danger.twice";
  for (const target of action.targets) {
    if (target.kind === "command") return "ask.danger.command";
    if (target.kind !== "path") continue;
    if (target.access === "delete") return "ask.danger.delete";
    if (target.access === "write" && target.path.startsWith("/")) return "ask.danger.outside";
  }
  return proposals.length === 0 ? "ask.danger.pinned" : undefined;
}
