import { describe, expect, it } from "vitest";
import type { Message, PermissionRequest } from "../rpc/protocol";
import { isTransient, onRecorded, onTransient, withSession } from "./reduce";
import { onLoaded, onOlder } from "./session";
import { emptySession, initialState, type RecordedEvent, type State } from "./state";

const KEY = "main";

/** What the daemon says, in order: recorded with a position, or passing by. */
type Said = { recorded: RecordedEvent } | { passing: { type: string; properties: unknown } };

/** A small generator of random numbers, so that a failure can be seen again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function message(id: string, turn_id: string, role: Message["role"], parts: Message["parts"], at: number): Message {
  return { id, turn_id, role, parts, created_at: at };
}

const usage = {
  input_tokens: 10,
  output_tokens: 5,
  cached_input_tokens: 0,
  cache_write_tokens: 0,
  reasoning_tokens: 0,
};

/** A conversation of several turns with streaming, a tool call, a queued request, an approval. */
function conversation(random: () => number): Said[] {
  const said: Said[] = [];
  let position = 0;
  const record = (type: string, properties: object) => {
    position += 1;
    said.push({ recorded: { position, at: 1_000 + position, type, properties: { session_key: KEY, ...properties } } });
  };
  const pass = (type: string, properties: object) =>
    said.push({ passing: { type: `agent.streaming.${type}`, properties: { session_key: KEY, ...properties } } });
  const nTurns = 1 + Math.floor(random() * 3);
  for (let n = 1; n <= nTurns; n++) {
    const [turn_id, request_id] = [`T${n}`, `R${n}`];
    record("nex.request.started", { request_id, event_id: `e${n}`, channel: "control", purpose: `purpose ${n}` });
    if (random() < 0.4) record("nex.request.queued", { request_id, mode: "followup" });
    record("turn.created", { turn_id, request_ids: [request_id] });
    record("message.recorded", {
      message: { ...message(`M${n}a`, turn_id, "user", [{ kind: "text", value: "hi" }], position), request_id },
    });
    let seq = 0;
    let text = "";
    const reply = `M${n}b`;
    const nTokens = Math.floor(random() * 12);
    for (let token = 0; token < nTokens; token++) {
      seq += 1;
      if (random() < 0.1) {
        text = "again";
        pass("snapshot", { turn_id, message_id: reply, seq, text });
      } else {
        text += `w${token} `;
        pass("token", { turn_id, message_id: reply, seq, delta: `w${token} ` });
      }
    }
    if (random() < 0.5) {
      const call = { id: "c1", name: "http_fetch", arguments: { url: "https://x" } };
      record("message.recorded", {
        message: message(reply, turn_id, "assistant", [{ kind: "text", value: text }, { kind: "tool_call", value: call }], position),
      });
      record("permission.requested", { permission: permission(`P${n}`, turn_id) });
      record("turn.updated", { turn_id, status: "parked" });
      record("permission.resolved", { permission_id: `P${n}`, status: "approved", resolved_by: null, comment: null, answer: null, grant_id: null });
      record("turn.updated", { turn_id, status: "running" });
      record("agent.tool.started", { turn_id, tool_call_id: "c1", name: "http_fetch", summary: "GET" });
      record("agent.tool.completed", {
        turn_id,
        tool_call_id: "c1",
        name: "http_fetch",
        status: "completed",
        duration_ms: 3,
        excerpt: "ok",
        record: null,
      });
      const result = { call_id: "c1", content: "ok, all of it", is_error: false };
      record("message.recorded", {
        message: message(`M${n}c`, turn_id, "tool", [{ kind: "tool_result", value: result }], position),
      });
    } else if (random() < 0.8) {
      record("message.recorded", { message: message(reply, turn_id, "assistant", [{ kind: "text", value: text }], position) });
    }
    if (n === nTurns && random() < 0.5) return said;
    const cost = { micro_usd: 0, basis: "free" };
    record("turn.completed", { turn_id, status: "completed", stop_reason: "end_turn", error: null, usage, cost });
    record("nex.request.completed", { request_id, status: "completed", error: null, duration_ms: 9 });
  }
  return said;
}

function permission(id: string, turn_id: string): PermissionRequest {
  return {
    id,
    kind: "policy",
    request_id: "R",
    turn_id,
    tool_call_id: "c1",
    session_key: KEY,
    agent_id: "main",
    chain: [{ kind: "owner" }],
    action: { tool: "http_fetch", summary: "GET https://x", arguments: {}, targets: [], digest: "d" },
    reason: "policy",
    status: "pending",
    created_at: 1,
    expires_at: 2,
    proposals: [],
  };
}

function take(state: State, said: Said): State {
  if ("recorded" in said) return onRecorded(state, said.recorded);
  return onTransient(state, said.passing.type, said.passing.properties).state;
}

function fresh(): State {
  return withSession({ ...initialState, position: 0 }, { ...emptySession(KEY), load: "ready", loadedAt: 0 });
}

/** What a daemon sends to whoever subscribes after `position` when all of `past` has happened. */
function resumption(past: Said[], position: number): Said[] {
  const recorded = past.filter((said) => "recorded" in said && said.recorded.position > position);
  const live = past.reduce(take, fresh()).sessions[KEY]?.stream;
  if (!live) return recorded;
  const { turnId, messageId, seq, text } = live;
  const properties = { session_key: KEY, turn_id: turnId, message_id: messageId, seq, text };
  return [...recorded, { passing: { type: "agent.streaming.snapshot", properties } }];
}

describe("the event store", () => {
  it("comes to the same state however often the stream is cut, resumed and repeated", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = randomOf(seed);
      const said = conversation(random);
      let whole = fresh();
      let cut = fresh();
      said.forEach((each, n) => {
        whole = take(whole, each);
        // Lost with the connection, which is resumed before anything new arrives…
        if (random() < 0.25) return;
        // …with a few repeats of what was there already.
        const after = Math.max(0, (cut.position ?? 0) - Math.floor(random() * 3));
        const isWhole = random() < 0.1;
        cut = resumption(said.slice(0, n), isWhole ? 0 : after).reduce(take, cut);
        cut = take(cut, each);
        if (random() < 0.3) cut = take(cut, each);
        expect(cut, `seed ${seed}, after ${n + 1} of ${said.length}`).toEqual(whole);
      });
    }
  });

  it("applies a snapshot of any age under events that came before and after it", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = randomOf(seed);
      const said = conversation(random).filter((each) => "recorded" in each);
      const whole = said.reduce(take, fresh());
      const asked = Math.floor(random() * said.length);
      const answered = asked + Math.floor(random() * (said.length - asked + 1));
      // The view is opened at `asked`; the daemon answers with what is true at `answered`.
      let state: State = said.slice(0, asked).reduce(take, { ...initialState, position: 0 });
      state = withSession(state, emptySession(KEY));
      const arrival = asked + Math.floor(random() * (said.length - asked + 1));
      state = said.slice(asked, arrival).reduce(take, state);
      state = withSession(state, loaded(said.slice(0, answered), state));
      state = said.slice(arrival).reduce(take, state);
      const [seen, expected] = [state.sessions[KEY], whole.sessions[KEY]];
      expect(seen?.messages, `seed ${seed}`).toEqual(expected?.messages);
      expect(seen?.toolCalls, `seed ${seed}`).toEqual(expected?.toolCalls);
      expect(seen?.activeTurnId, `seed ${seed}`).toEqual(expected?.activeTurnId);
      expect(seen?.queued.map((each) => each.id)).toEqual(expected?.queued.map((each) => each.id));
    }
  });

  it("asks for the text when a token is missing, and never shows a hole", () => {
    const token = (seq: number, delta: string) => ({ session_key: KEY, turn_id: "T", message_id: "M", seq, delta });
    let state = onTransient(fresh(), "agent.streaming.token", token(1, "one ")).state;
    const gap = onTransient(state, "agent.streaming.token", token(3, "three"));
    expect(gap.gapIn).toBe(KEY);
    expect(gap.state.sessions[KEY]?.stream?.text).toBe("one ");
    const snapshot = { ...token(3, ""), text: "one two three" };
    state = onTransient(gap.state, "agent.streaming.snapshot", snapshot).state;
    state = onTransient(state, "agent.streaming.token", token(3, "three")).state;
    state = onTransient(state, "agent.streaming.token", token(4, " four")).state;
    expect(state.sessions[KEY]?.stream?.text).toBe("one two three four");
  });

  it("lets reasoning and text count apart", () => {
    const piece = (seq: number, delta: string) => ({ session_key: KEY, turn_id: "T", message_id: "M", seq, delta });
    let state = fresh();
    for (const [seq, word] of [[1, "hm "], [2, "so "]] as const) {
      state = onTransient(state, "agent.streaming.reasoning", piece(seq, word)).state;
    }
    state = onTransient(state, "agent.streaming.token", piece(1, "Yes")).state;
    expect(state.sessions[KEY]?.stream).toMatchObject({ text: "Yes", reasoning: "hm so " });
  });

  it("lets the recorded message replace the stream, and late tokens change nothing", () => {
    const piece = { session_key: KEY, turn_id: "T", message_id: "M", seq: 1, delta: "Hel" };
    let state = onTransient(fresh(), "agent.streaming.token", piece).state;
    const done = message("M", "T", "assistant", [{ kind: "text", value: "Hello" }], 5);
    state = onRecorded(state, { position: 1, at: 5, type: "message.recorded", properties: { session_key: KEY, message: done } });
    expect(state.sessions[KEY]?.stream).toBeUndefined();
    const late = onTransient(state, "agent.streaming.token", { ...piece, seq: 2, delta: "lo" });
    expect(late).toEqual({ state, gapIn: undefined });
  });

  it("puts older pages before what is known, once", () => {
    const view = { ...emptySession(KEY), messages: [message("M2", "T", "user", [], 2)], hasMore: true };
    const page = {
      messages: [message("M1", "T", "user", [], 1), message("M2", "T", "user", [], 2)],
      toolCalls: [],
      turns: [],
      hasMore: false,
      position: 9,
    };
    const next = onOlder(view, page);
    expect(next.messages.map((each) => each.id)).toEqual(["M1", "M2"]);
    expect(next.hasMore).toBe(false);
  });

  it("knows what passes by", () => {
    expect(isTransient("agent.streaming.token")).toBe(true);
    expect(isTransient("agent.tool.started")).toBe(false);
  });
});

function loaded(past: Said[], state: State) {
  const truth = past.reduce(take, fresh()).sessions[KEY] ?? emptySession(KEY);
  const last = past.at(-1);
  const position = last && "recorded" in last ? last.recorded.position : 0;
  const active = truth.activeTurnId ? truth.turns[truth.activeTurnId] : undefined;
  const session = { key: KEY, agent_id: "main", created_at: 0, updated_at: 0, n_messages: 0, is_busy: false, n_waiting: 0 };
  const queued = truth.queued.map(({ id, purpose }) => ({ id, purpose, queue_mode: "followup" }) as never);
  return onLoaded(
    state.sessions[KEY] ?? emptySession(KEY),
    { session, activeTurn: active, waiting: [], queued, labels: truth.labels ?? [], position },
    { messages: truth.messages, toolCalls: Object.values(truth.toolCalls), turns: Object.values(truth.turns), hasMore: false, position },
  );
}

describe("what a program writes", () => {
  const output = (seq: number, delta: string, n_skipped = 0) => ({
    session_key: KEY,
    turn_id: "T",
    tool_call_id: "c",
    seq,
    n_skipped,
    delta,
  });
  const event = (position: number, type: string, properties: object): RecordedEvent => ({
    position,
    at: position,
    type,
    properties: { session_key: KEY, turn_id: "T", tool_call_id: "c", name: "exec", ...properties },
  });
  const take = (state: State, seq: number, delta: string, n_skipped = 0) =>
    onTransient(state, "agent.streaming.output", output(seq, delta, n_skipped)).state;
  const shown = (state: State) => state.sessions[KEY]?.toolCalls["T/c"]?.live;

  it("stands at its call while it runs, and goes when the result comes", () => {
    let state = onRecorded(fresh(), event(1, "agent.tool.started", { summary: "run make" }));
    state = take(take(state, 1, "one\n"), 2, "two\n");
    expect(shown(state)).toBe("one\ntwo\n");
    state = take(state, 3, "end\n", 9);
    expect(shown(state)).toBe("end\n");
    const done = { status: "completed", duration_ms: 1, excerpt: "x" };
    state = onRecorded(state, event(2, "agent.tool.completed", done));
    expect(shown(state)).toBeUndefined();
    expect(shown(take(state, 4, "late"))).toBeUndefined();
  });
});

it("keeps of a long conversation only the latest, with what belongs to it", () => {
  let state: State = withSession({ ...initialState, position: 0 }, { ...emptySession(KEY), load: "ready", loadedAt: 0 });
  let position = 0;
  const record = (type: string, properties: object) => {
    position += 1;
    state = onRecorded(state, { position, at: position, type, properties: { session_key: KEY, ...properties } });
  };
  for (let n = 0; n < 2_100; n++) {
    record("turn.created", { turn_id: `T${n}`, request_ids: [`R${n}`] });
    record("agent.tool.started", { turn_id: `T${n}`, tool_call_id: "c", name: "time" });
    record("message.recorded", { message: message(`M${n}`, `T${n}`, "user", [], position) });
  }
  const view = state.sessions[KEY];
  expect(view?.messages.length).toBeLessThanOrEqual(2_000);
  expect(view?.messages.at(-1)?.id).toBe("M2099");
  expect(view?.hasMore).toBe(true);
  const ids = view?.messages.map(({ turn_id }) => turn_id);
  expect(Object.keys(view?.turns ?? {})).toEqual(ids);
  expect(Object.values(view?.toolCalls ?? {}).map(({ turn_id }) => turn_id)).toEqual(ids);
});

it("keeps a bounded number of decided permission requests, and all that wait", () => {
  let state: State = { ...initialState, position: 0 };
  const asked = (n: number) => `P${String(n).padStart(5, "0")}`;
  for (let n = 0; n < 800; n++) {
    const permission = { id: asked(n), status: "pending", session_key: KEY } as PermissionRequest;
    state = onRecorded(state, { position: 2 * n + 1, at: n, type: "permission.requested", properties: { permission } });
    if (n % 10 === 0) continue;
    const properties = { permission_id: asked(n), session_key: KEY, status: "approved" };
    state = onRecorded(state, { position: 2 * n + 2, at: n, type: "permission.resolved", properties });
  }
  const all = Object.values(state.permissions);
  expect(all.length).toBeLessThanOrEqual(501);
  expect(all.filter(({ status }) => status === "pending").length).toBe(80);
  expect(all.at(-1)?.id).toBe(asked(799));
});
