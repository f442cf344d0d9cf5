import type { Events, PermissionRequest, Transients } from "../rpc/protocol";
import { onSessionEvent } from "./session";
import type { RecordedEvent, SessionView, State } from "./state";
import { onOutput, onReasoning, onSnapshot, onToken } from "./stream";

/** Most first lines that are kept; they are needed only while a request waits. */
const PURPOSES_MAX = 200;
/** Most permission requests that are kept, unless more of them wait. */
const PERMISSIONS_MAX = 500;

/** Applies one recorded event. Positions already taken in change nothing: repeats are harmless. */
export function onRecorded(state: State, event: RecordedEvent): State {
  if (state.position !== undefined && event.position <= state.position) return state;
  let next: State = { ...state, position: event.position };
  if (event.type === "nex.request.started") {
    const { request_id, purpose } = event.properties as Events["nex.request.started"];
    next = { ...next, purposes: withPurpose(next.purposes, request_id, purpose) };
  } else if (event.type === "permission.requested") {
    const { permission } = event.properties as Events["permission.requested"];
    next = { ...next, permissions: withPermission(next.permissions, permission) };
  } else if (event.type === "permission.resolved") {
    next = withResolution(next, event);
  } else if (event.type === "permission.updated") {
    next = withClock(next, event.properties as Events["permission.updated"]);
  }
  const key = sessionKeyOf(event.properties);
  const view = key === undefined ? undefined : next.sessions[key];
  return view ? withSession(next, onSessionEvent(view, event, next.purposes)) : next;
}

/** Applies streaming text. `gapIn` names a session whose text can only be told by a snapshot. */
export function onTransient(state: State, type: string, properties: unknown): { state: State; gapIn?: string } {
  const piece = properties as Transients["agent.streaming.token"] & Transients["agent.streaming.snapshot"];
  const view = state.sessions[piece.session_key];
  if (!view) return { state };
  if (type === "agent.streaming.snapshot") return { state: withSession(state, onSnapshot(view, piece)) };
  if (type === "agent.streaming.reasoning") return { state: withSession(state, onReasoning(view, piece)) };
  if (type === "agent.streaming.output") {
    return { state: withSession(state, onOutput(view, properties as Transients["agent.streaming.output"])) };
  }
  const merge = onToken(view, piece);
  return { state: withSession(state, merge.view), gapIn: merge.isGap ? view.key : undefined };
}

export function isTransient(type: string): boolean {
  return type.startsWith("agent.streaming.");
}

export function withSession(state: State, view: SessionView): State {
  if (state.sessions[view.key] === view) return state;
  return { ...state, sessions: { ...state.sessions, [view.key]: view } };
}

function withPurpose(purposes: Record<string, string>, id: string, purpose: string): Record<string, string> {
  const latest = Object.entries(purposes).slice(1 - PURPOSES_MAX);
  return Object.fromEntries([...latest, [id, purpose]]);
}

/** The oldest that are decided go when there are too many; what waits stays. */
function withPermission(known: State["permissions"], permission: PermissionRequest): State["permissions"] {
  const next = { ...known, [permission.id]: permission };
  const nTooMany = Object.keys(next).length - PERMISSIONS_MAX;
  if (nTooMany <= 0) return next;
  const decided = Object.values(next).filter(({ status }) => status !== "pending");
  const oldest = decided.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, nTooMany);
  for (const { id } of oldest) delete next[id];
  return next;
}

function withResolution(state: State, event: RecordedEvent): State {
  const resolved = event.properties as Events["permission.resolved"];
  const known = state.permissions[resolved.permission_id];
  if (!known) return state;
  const { status, resolved_by, comment, answer, grant_id } = resolved;
  const permission = { ...known, status, resolved_by, comment, answer, grant_id, resolved_at: event.at };
  return { ...state, permissions: { ...state.permissions, [permission.id]: permission } };
}

function withClock(state: State, updated: Events["permission.updated"]): State {
  const known = state.permissions[updated.permission_id];
  if (!known) return state;
  const { seen_at, expires_at } = updated;
  return { ...state, permissions: { ...state.permissions, [known.id]: { ...known, seen_at, expires_at } } };
}

function sessionKeyOf(properties: unknown): string | undefined {
  const { session_key, permission } = properties as { session_key?: string; permission?: { session_key: string } };
  return session_key ?? permission?.session_key;
}
