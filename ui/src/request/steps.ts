import { isRefused } from "../chat/items";
import type { Message, PermissionRequest, RequestsGetResult, ToolCallRecord, Turn } from "../rpc/protocol";

/** One thing that was recorded while the agent ran, in the order in which it happened. */
export type Step =
  | { kind: "asked"; key: string; at: number; text: string; nPictures: number }
  | { kind: "reply"; key: string; at: number; text: string; reasoning: string; nCalls: number }
  | { kind: "call"; key: string; at?: number; call: ToolCallRecord }
  | { kind: "decision"; key: string; at: number; permission: PermissionRequest; isRefused: boolean }
  | { kind: "result"; key: string; at?: number; call: ToolCallRecord }
  | { kind: "end"; key: string; at?: number; turn: Turn };

/** The steps of a turn: what was asked, each reply, each call with what was decided and what came of it, the end. */
export function stepsOf({ turn, toolCalls, permissions }: RequestsGetResult, messages: readonly Message[]): Step[] {
  if (!turn) return [];
  const own = messages.filter((message) => message.turn_id === turn.id);
  const calls = new Map(toolCalls.map((call) => [call.id, call]));
  const steps: Step[] = [];
  for (const message of own) {
    if (message.role === "user") steps.push(askedOf(message));
    if (message.role !== "assistant") continue;
    const named = message.parts.flatMap((part) => (part.kind === "tool_call" ? [part.value] : []));
    steps.push(replyOf(message, named.length));
    for (const { id, name, arguments: values } of named) {
      const call = calls.get(id) ?? { id, turn_id: turn.id, name, arguments: values, status: "pending" };
      calls.delete(id);
      steps.push(...callSteps(call, permissions));
    }
  }
  // Calls whose reply is not among the messages any more: the session was reset, or is being written.
  for (const call of calls.values()) steps.push(...callSteps(call, permissions));
  if (turn.completed_at != null) steps.push({ kind: "end", key: "end", at: turn.completed_at, turn });
  return steps;
}

function askedOf(message: Message): Step {
  const nPictures = message.parts.filter((part) => part.kind === "image").length;
  return { kind: "asked", key: message.id, at: message.created_at, text: textOf(message), nPictures };
}

function replyOf(message: Message, nCalls: number): Step {
  const reasoning = message.parts.flatMap((part) => (part.kind === "reasoning" ? [part.value.text] : [])).join("\n\n");
  return { kind: "reply", key: message.id, at: message.created_at, text: textOf(message), reasoning, nCalls };
}

function textOf(message: Message): string {
  return message.parts.flatMap((part) => (part.kind === "text" ? [part.value] : [])).join("\n");
}

function callSteps(call: ToolCallRecord, permissions: readonly PermissionRequest[]): Step[] {
  const asked = permissions.filter((permission) => permission.tool_call_id === call.id);
  const decisions = asked.map((permission): Step => {
    const at = permission.resolved_at ?? permission.created_at;
    return { kind: "decision", key: permission.id, at, permission, isRefused: isRefused(permission) };
  });
  const hasEnded = call.completed_at != null || call.result != null;
  return [
    { kind: "call", key: `${call.id} call`, at: asked[0]?.created_at ?? call.started_at ?? undefined, call },
    ...decisions,
    ...(hasEnded ? [{ kind: "result", key: `${call.id} result`, at: call.completed_at ?? undefined, call } as const] : []),
  ];
}
