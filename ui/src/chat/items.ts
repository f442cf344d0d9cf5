import type { Message, PermissionRequest, ToolCallRecord, Turn } from "../rpc/protocol";
import { contentOf, type ShownFile } from "./files/content";
import { callKey, type SessionView } from "../store/state";

/** One thing in the list of a conversation. */
export type Item =
  | { kind: "user"; key: string; message: Message; text: string; files: ShownFile[] }
  | { kind: "heading"; key: string; agent: string; at: number }
  | { kind: "text"; key: string; text: string }
  | { kind: "reasoning"; key: string; text: string }
  | { kind: "tool"; key: string; call: ToolCallRecord; isDenied: boolean }
  | { kind: "tools"; key: string; calls: ToolCallRecord[] }
  | { kind: "permission"; key: string; permission: PermissionRequest }
  | { kind: "end"; key: string; turn: Turn };

/** Calls of one tool in a row from this many on are folded. */
const GROUP_MIN = 3;

/** Lays messages, tool calls, approvals and turns out in the order a person reads them. */
export function itemsOf(view: SessionView, permissions: Record<string, PermissionRequest>, nMessages: number): Item[] {
  const messages = view.messages.slice(-nMessages);
  const asked = new Map<string, PermissionRequest[]>();
  for (const permission of Object.values(permissions)) {
    if (permission.session_key !== view.key) continue;
    // A question about a sender stands before any turn.
    if (!permission.turn_id || !permission.tool_call_id) continue;
    const key = callKey(permission.turn_id, permission.tool_call_id);
    asked.set(key, [...(asked.get(key) ?? []), permission]);
  }
  const lastOfTurn = new Map(messages.map((message) => [message.turn_id, message.id]));
  const items: Item[] = [];
  let speaker = "";
  for (const message of messages) {
    const turn = view.turns[message.turn_id];
    if (message.role === "user") {
      items.push({ kind: "user", key: message.id, message, ...contentOf(message) });
      speaker = "user";
    } else if (message.role === "assistant") {
      if (speaker !== message.turn_id) {
        const agent = turn?.agent_id ?? view.agentId ?? "main";
        items.push({ kind: "heading", key: `h-${message.id}`, agent, at: message.created_at });
        speaker = message.turn_id;
      }
      items.push(...repliesOf(view, message, asked));
    }
    if (turn?.completed_at && lastOfTurn.get(message.turn_id) === message.id) {
      items.push({ kind: "end", key: `e-${turn.id}`, turn });
    }
  }
  return folded(items);
}

function repliesOf(view: SessionView, message: Message, asked: Map<string, PermissionRequest[]>): Item[] {
  return message.parts.flatMap((part, n): Item[] => {
    const key = `${message.id}-${n}`;
    if (part.kind === "text") return part.value === "" ? [] : [{ kind: "text", key, text: part.value }];
    if (part.kind === "reasoning") {
      return part.value.text === "" ? [] : [{ kind: "reasoning", key, text: part.value.text }];
    }
    if (part.kind !== "tool_call") return [];
    const { id, name, arguments: values } = part.value;
    const known = view.toolCalls[callKey(message.turn_id, id)];
    const call = known ?? { id, turn_id: message.turn_id, name, arguments: values, status: "pending" };
    const permissions = asked.get(callKey(message.turn_id, id)) ?? [];
    return [
      { kind: "tool", key, call, isDenied: permissions.some(isRefused) },
      ...permissions.map((permission): Item => ({ kind: "permission", key: permission.id, permission })),
    ];
  });
}

/** Whether the answer was no: said, or by silence. */
export function isRefused({ status }: PermissionRequest): boolean {
  return status === "denied" || status === "expired";
}

function folded(items: Item[]): Item[] {
  const out: Item[] = [];
  let run: Extract<Item, { kind: "tool" }>[] = [];
  const close = () => {
    const first = run[0];
    if (first && run.length >= GROUP_MIN) out.push({ kind: "tools", key: `g-${first.key}`, calls: run.map((i) => i.call) });
    else out.push(...run);
    run = [];
  };
  for (const item of items) {
    const isDone = item.kind === "tool" && item.call.status === "completed" && !item.call.record;
    if (!isDone) {
      close();
      out.push(item);
      continue;
    }
    if (run[0] && run[0].call.name !== item.call.name) close();
    run.push(item);
  }
  close();
  return out;
}

export function textOf(message: Message): string {
  return message.parts.flatMap((part) => (part.kind === "text" ? [part.value] : [])).join("");
}
