import type { MessageId, Transients, TurnId } from "../rpc/protocol";
import { callKey, type SessionView, type Stream } from "./state";

/** Most characters kept of what a program writes; the result brings beginning and end. */
const LIVE_CHARS_MAX = 4000;

interface Piece {
  turn_id?: TurnId;
  message_id: MessageId;
  seq: number;
}

/** Whether a gap was found: then only a snapshot can tell what the text is. */
export interface Merge {
  view: SessionView;
  isGap: boolean;
}

const isRecorded = (view: SessionView, id: MessageId) => view.messages.some((message) => message.id === id);

/** Replaces the text shown so far. `isFetched`: it was asked for, so newer tokens may have passed it. */
export function onSnapshot(view: SessionView, piece: Piece & { text: string }, isFetched = false): SessionView {
  if (isRecorded(view, piece.message_id)) return view;
  const known = view.stream;
  const isSame = known?.messageId === piece.message_id;
  if (isFetched && isSame && known.seq >= piece.seq) return view;
  const reasoning = isSame ? known.reasoning : "";
  return { ...view, stream: make(piece, piece.text, reasoning, piece.turn_id ?? (isSame ? known.turnId : undefined)) };
}

/** Adds text that follows the one with the next lower number; repeats are dropped. */
export function onToken(view: SessionView, piece: Piece & { delta: string }): Merge {
  if (isRecorded(view, piece.message_id)) return { view, isGap: false };
  const known = view.stream;
  if (known?.messageId !== piece.message_id) {
    if (piece.seq > 1) return { view, isGap: true };
    return { view: { ...view, stream: make(piece, piece.delta, "", piece.turn_id) }, isGap: false };
  }
  if (piece.seq <= known.seq) return { view, isGap: false };
  if (piece.seq > Math.max(known.seq, known.reasoningSeq) + 1) return { view, isGap: true };
  const stream: Stream = { ...known, seq: piece.seq, text: known.text + piece.delta };
  return { view: { ...view, stream }, isGap: false };
}

/** Adds reasoning. It is for watching only: a gap in it is no harm, and no snapshot repeats it. */
export function onReasoning(view: SessionView, piece: Piece & { delta: string }): SessionView {
  if (isRecorded(view, piece.message_id)) return view;
  const isSame = view.stream?.messageId === piece.message_id;
  const known = isSame && view.stream ? view.stream : make({ ...piece, seq: 0 }, "", "", piece.turn_id);
  if (piece.seq <= known.reasoningSeq) return view;
  return { ...view, stream: { ...known, reasoning: known.reasoning + piece.delta, reasoningSeq: piece.seq } };
}

/** Adds what the program of a running call has written. It is for watching only, gaps and all. */
export function onOutput(view: SessionView, piece: Transients["agent.streaming.output"]): SessionView {
  const key = callKey(piece.turn_id, piece.tool_call_id);
  const call = view.toolCalls[key];
  if (call?.status !== "running") return view;
  const live = ((piece.n_skipped > 0 ? "" : (call.live ?? "")) + piece.delta).slice(-LIVE_CHARS_MAX);
  return { ...view, toolCalls: { ...view.toolCalls, [key]: { ...call, live } } };
}

function make(piece: Piece, text: string, reasoning: string, turnId: TurnId | undefined): Stream {
  return { turnId, messageId: piece.message_id, seq: piece.seq, text, reasoning, reasoningSeq: 0 };
}
