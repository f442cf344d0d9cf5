import type { Events, Message, SessionsGetResult, SessionsHistoryResult, ToolCallRecord, Turn } from "../rpc/protocol";
import { callKey, type QueuedRequest, type RecordedEvent, type SessionView, type ShownCall } from "./state";
import { onSnapshot } from "./stream";

/** Most messages kept of one session; older ones are fetched again when somebody scrolls to them. */
const MESSAGES_MAX = 2_000;
/** How many go at once when there are too many. */
const MESSAGES_DROPPED = 500;

/** Makes a view from what the daemon says is true at a position, then applies what came after it. */
export function onLoaded(view: SessionView, session: SessionsGetResult, history: SessionsHistoryResult): SessionView {
  // The two answers are true at different positions: the later one counts, and what the earlier
  // one lacks came as events in between.
  const loadedAt = Math.min(session.position, history.position);
  const turns = index(history.turns, (turn) => turn.id);
  const active = session.activeTurn ?? undefined;
  if (active) turns[active.id] = active;
  let next: SessionView = {
    ...view,
    agentId: session.session.agent_id,
    load: "ready",
    error: undefined,
    loadedAt,
    early: [],
    messages: history.messages,
    hasMore: history.hasMore,
    isLoadingOlder: false,
    toolCalls: index(history.toolCalls, (call) => callKey(call.turn_id, call.id)),
    turns,
    activeTurnId: active?.id,
    queued: session.queued.map(({ id, purpose, queue_mode }) => ({ id, purpose, mode: queue_mode })),
    labels: session.labels,
    mishap: undefined,
  };
  if (session.streaming) {
    const { messageId, seq, text } = session.streaming;
    next = onSnapshot(next, { turn_id: active?.id, message_id: messageId, seq, text }, true);
  }
  if (next.stream && (!active || next.messages.some((message) => message.id === next.stream?.messageId))) {
    next = { ...next, stream: undefined };
  }
  for (const event of view.early) next = onSessionEvent(next, event, {});
  return next;
}

/** A session nobody has written to yet: it begins with what came while we asked. */
export function onNew(view: SessionView): SessionView {
  let next: SessionView = { ...view, load: "ready", error: undefined, loadedAt: 0, early: [] };
  for (const event of view.early) next = onSessionEvent(next, event, {});
  return next;
}

export function onOlder(view: SessionView, page: SessionsHistoryResult): SessionView {
  const known = new Set(view.messages.map((message) => message.id));
  const older = page.messages.filter((message) => !known.has(message.id));
  return {
    ...view,
    isLoadingOlder: false,
    hasMore: page.hasMore,
    messages: [...older, ...view.messages],
    toolCalls: { ...index(page.toolCalls, (call) => callKey(call.turn_id, call.id)), ...view.toolCalls },
    turns: { ...index(page.turns, (turn) => turn.id), ...view.turns },
  };
}

/** Puts the record of a turn in the place of what its events told. */
export function onRecord(view: SessionView, page: SessionsHistoryResult): SessionView {
  return {
    ...view,
    toolCalls: { ...view.toolCalls, ...index(page.toolCalls, (call) => callKey(call.turn_id, call.id)) },
    turns: { ...view.turns, ...index(page.turns, (turn) => turn.id) },
  };
}

/** Applies one recorded event of this session. Events the snapshot already holds change nothing. */
export function onSessionEvent(
  view: SessionView,
  event: RecordedEvent,
  purposes: Record<string, string>,
): SessionView {
  if (view.loadedAt < 0) return { ...view, early: [...view.early, event] };
  if (event.position <= view.loadedAt) return view;
  const reduce = REDUCERS[event.type];
  return reduce ? reduce(view, event, purposes) : view;
}

type Reducer = (view: SessionView, event: RecordedEvent, purposes: Record<string, string>) => SessionView;

const REDUCERS: Record<string, Reducer> = {
  "session.created": (view, event) => {
    const { agent_id } = event.properties as Events["session.created"];
    return { ...view, agentId: agent_id };
  },
  "session.labelled": (view, event) => {
    const { label } = event.properties as Events["session.labelled"];
    return { ...view, labels: [...view.labels, label] };
  },
  "message.recorded": (view, event) => {
    const { message } = event.properties as Events["message.recorded"];
    const all = upsert(view.messages, message);
    const stream = view.stream?.messageId === message.id ? undefined : view.stream;
    const queued = view.queued.filter((request) => request.id !== message.request_id);
    return bounded({ ...view, messages: all, stream, queued, toolCalls: withCalls(view.toolCalls, message) });
  },
  "turn.created": (view, event) => {
    const { turn_id, request_ids } = event.properties as Events["turn.created"];
    const queued = view.queued.filter((request) => !request_ids.includes(request.id));
    const turn = view.turns[turn_id] ?? newTurn(view, turn_id, request_ids[0] ?? "", event.at);
    return { ...view, queued, activeTurnId: turn_id, turns: { ...view.turns, [turn_id]: turn }, mishap: undefined };
  },
  "turn.updated": (view, event) => {
    const { turn_id, status } = event.properties as Events["turn.updated"];
    const turn = view.turns[turn_id];
    if (!turn) return view;
    return { ...view, activeTurnId: turn_id, turns: { ...view.turns, [turn_id]: { ...turn, status } } };
  },
  "turn.completed": (view, event) => {
    const { turn_id, status, stop_reason, error, usage, cost } = event.properties as Events["turn.completed"];
    const known = view.turns[turn_id] ?? newTurn(view, turn_id, "", event.at);
    const failure = error ? { kind: "internal" as const, message: error, is_retryable: false } : undefined;
    const turn: Turn = { ...known, status, stop_reason, usage, cost, completed_at: event.at, error: failure };
    const isActive = view.activeTurnId === turn_id;
    return {
      ...view,
      turns: { ...view.turns, [turn_id]: turn },
      activeTurnId: isActive ? undefined : view.activeTurnId,
      stream: isActive ? undefined : view.stream,
      mishap: isActive ? undefined : view.mishap,
    };
  },
  "nex.request.queued": (view, event, purposes) => {
    const { request_id, mode } = event.properties as Events["nex.request.queued"];
    if (view.queued.some((request) => request.id === request_id)) return view;
    const request: QueuedRequest = { id: request_id, purpose: purposes[request_id] ?? "", mode };
    return { ...view, queued: [...view.queued, request] };
  },
  "session.queue_changed": (view, event) => {
    const { request_ids } = event.properties as Events["session.queue_changed"];
    const placeOf = (id: string) => (request_ids.includes(id) ? request_ids.indexOf(id) : request_ids.length);
    return { ...view, queued: [...view.queued].sort((a, b) => placeOf(a.id) - placeOf(b.id)) };
  },
  "nex.request.completed": (view, event) => {
    const { request_id } = event.properties as Events["nex.request.completed"];
    return { ...view, queued: view.queued.filter((request) => request.id !== request_id) };
  },
  "agent.tool.started": (view, event) => {
    const { turn_id, tool_call_id, name } = event.properties as Events["agent.tool.started"];
    const key = callKey(turn_id, tool_call_id);
    const known = view.toolCalls[key] ?? newCall(turn_id, tool_call_id, name);
    return { ...view, toolCalls: { ...view.toolCalls, [key]: { ...known, status: "running", started_at: event.at } } };
  },
  "agent.tool.completed": (view, event) => {
    const done = event.properties as Events["agent.tool.completed"];
    const key = callKey(done.turn_id, done.tool_call_id);
    const { live: _, ...known } = view.toolCalls[key] ?? newCall(done.turn_id, done.tool_call_id, done.name);
    const call: ShownCall = {
      ...known,
      status: done.status,
      completed_at: event.at,
      result: known.result ?? done.excerpt,
      record: done.record ?? known.record,
    };
    return { ...view, toolCalls: { ...view.toolCalls, [key]: call } };
  },
  "permission.requested": (view, event) => {
    const { permission } = event.properties as Events["permission.requested"];
    const { turn_id, tool_call_id } = permission;
    return turn_id && tool_call_id ? withStatus(view, callKey(turn_id, tool_call_id), "waiting") : view;
  },
  "agent.error": (view, event) => {
    const { turn_id, message, will_retry } = event.properties as Events["agent.error"];
    return { ...view, mishap: { turnId: turn_id, message, willRetry: will_retry } };
  },
};

/** Lets the oldest messages go when there are too many, with the turns and calls that only they were about. */
function bounded(view: SessionView): SessionView {
  if (view.messages.length <= MESSAGES_MAX) return view;
  const messages = view.messages.slice(MESSAGES_DROPPED);
  const kept = new Set([view.activeTurnId, ...messages.map((message) => message.turn_id)]);
  const turns = index(Object.values(view.turns).filter(({ id }) => kept.has(id)), ({ id }) => id);
  const calls = Object.values(view.toolCalls).filter(({ turn_id }) => kept.has(turn_id));
  return { ...view, messages, hasMore: true, turns, toolCalls: index(calls, (call) => callKey(call.turn_id, call.id)) };
}

function withStatus(view: SessionView, key: string, status: ToolCallRecord["status"]): SessionView {
  const call = view.toolCalls[key];
  return call ? { ...view, toolCalls: { ...view.toolCalls, [key]: { ...call, status } } } : view;
}

/** A reply names its calls before they start, and a tool message brings their full results. */
function withCalls(calls: Record<string, ShownCall>, message: Message): Record<string, ShownCall> {
  let next = calls;
  for (const part of message.parts) {
    if (part.kind === "tool_call") {
      const key = callKey(message.turn_id, part.value.id);
      const known = next[key] ?? newCall(message.turn_id, part.value.id, part.value.name);
      next = { ...next, [key]: { ...known, arguments: part.value.arguments } };
    } else if (part.kind === "tool_result") {
      const key = callKey(message.turn_id, part.value.call_id);
      const known = next[key];
      if (known) next = { ...next, [key]: { ...known, result: part.value.content } };
    }
  }
  return next;
}

function upsert(messages: Message[], message: Message): Message[] {
  const at = messages.findIndex((known) => known.id === message.id);
  if (at < 0) return [...messages, message];
  return messages.map((known, n) => (n === at ? message : known));
}

function newCall(turn_id: string, id: string, name: string): ShownCall {
  return { id, turn_id, name, arguments: {}, status: "pending" };
}

function newTurn(view: SessionView, id: string, request_id: string, started_at: number): Turn {
  const usage = {
    input_tokens: 0,
    output_tokens: 0,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
  };
  return {
    id,
    session_key: view.key,
    request_id,
    agent_id: view.agentId ?? "main",
    status: "running",
    usage,
    cost: { micro_usd: 0, basis: "unknown" },
    n_steps: 0,
    started_at,
  };
}

function index<T>(items: T[], key: (item: T) => string): Record<string, T> {
  return Object.fromEntries(items.map((item) => [key(item), item]));
}
