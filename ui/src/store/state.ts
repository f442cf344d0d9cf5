import type { Connection } from "../rpc/client";
import type { RpcError } from "../rpc/error";
import type {
  Attachment,
  Message,
  MessageId,
  PermissionRequest,
  Position,
  QueueMode,
  RequestId,
  RequestsGetResult,
  Session,
  SessionKey,
  SessionLabel,
  StatusResult,
  ToolCallRecord,
  Turn,
  TurnId,
} from "../rpc/protocol";

/** Text of a reply that is being written. */
export interface Stream {
  turnId?: TurnId;
  messageId: MessageId;
  seq: number;
  text: string;
  reasoning: string;
  reasoningSeq: number;
}

/** A tool call, and while it runs the end of what its program has written so far. */
export interface ShownCall extends ToolCallRecord {
  live?: string;
}

/** A request that waits behind the active run. */
export interface QueuedRequest {
  id: RequestId;
  purpose: string;
  mode: string;
}

/** What went wrong during a run, and whether it goes on. */
export interface Mishap {
  turnId: TurnId;
  message: string;
  willRetry: boolean;
}

/** What is known of one conversation: a snapshot at `loadedAt`, and every event after it. */
export interface SessionView {
  key: SessionKey;
  /** The agent that answers in it, once known. */
  agentId?: string;
  load: "loading" | "ready" | "failed";
  error?: RpcError;
  /** Position up to which the snapshot is true; -1 before there is one. */
  loadedAt: Position;
  /** Events that came while the snapshot was on its way. */
  early: RecordedEvent[];
  messages: Message[];
  hasMore: boolean;
  isLoadingOlder: boolean;
  toolCalls: Record<string, ShownCall>;
  turns: Record<TurnId, Turn>;
  activeTurnId?: TurnId;
  stream?: Stream;
  queued: QueuedRequest[];
  /** What the conversation has been exposed to, and what brought each label. */
  labels: SessionLabel[];
  mishap?: Mishap;
}

/** A message that was sent from here and is not yet part of the session as recorded. */
export interface Outgoing {
  /** Its idempotency key: sending it again is the same message. */
  key: string;
  session: SessionKey;
  text: string;
  attachments: Attachment[];
  mode: QueueMode;
  state: "sending" | "accepted" | "failed";
  requestId?: RequestId;
  error?: RpcError;
}

export interface RecordedEvent {
  position: Position;
  at: number;
  type: string;
  properties: unknown;
}

/** Something that is fetched, with the age of what is shown. */
export interface Fetched<T> {
  load: "loading" | "ready" | "failed";
  value?: T;
  at?: number;
  error?: RpcError;
}

export interface State {
  connection: Connection;
  /** The last recorded position taken in. */
  position?: Position;
  overview: Fetched<StatusResult>;
  sessionList: Fetched<Session[]>;
  sessions: Record<SessionKey, SessionView>;
  permissions: Record<string, PermissionRequest>;
  /** First lines of requests that were seen to start. */
  purposes: Record<RequestId, string>;
  requests: Record<RequestId, Fetched<RequestsGetResult>>;
  /** What pages fetched, by the key of its resource. */
  resources: Record<string, Fetched<unknown>>;
  outgoing: Outgoing[];
}

export const initialState: State = {
  connection: { phase: "connecting" },
  overview: { load: "loading" },
  sessionList: { load: "loading" },
  sessions: {},
  permissions: {},
  purposes: {},
  requests: {},
  resources: {},
  outgoing: [],
};

export function emptySession(key: SessionKey): SessionView {
  return {
    key,
    load: "loading",
    loadedAt: -1,
    early: [],
    messages: [],
    hasMore: false,
    isLoadingOlder: false,
    toolCalls: {},
    turns: {},
    queued: [],
    labels: [],
  };
}

/** Tool call ids are unique only within their turn. */
export function callKey(turnId: TurnId, callId: string): string {
  return `${turnId}/${callId}`;
}
