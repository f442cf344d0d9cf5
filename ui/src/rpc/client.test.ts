import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { delayMs } from "./backoff";
import { Client, type Connection } from "./client";
import type { BrowserAuth, EventFrame, HelloOk } from "./protocol";

vi.stubGlobal("__VERSION__", "0.0.0");
vi.stubGlobal("navigator", { platform: "test", language: "en", userAgent: "test" });

/** A socket whose other end the test plays. */
class FakeSocket {
  static all: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: { type: string; id: string; method: string; params: Record<string, unknown> }[] = [];
  isClosed = false;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.isClosed = true;
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  async greet(position: number): Promise<void> {
    this.onopen?.();
    this.say({ type: "event", event: "challenge", payload: { nonce: "n1", ts: 0 }, seq: 0 });
    await vi.advanceTimersByTimeAsync(0);
    const policy = { tickIntervalMs: 15_000, maxPayload: 1, maxBufferedBytes: 1 };
    this.say({ type: "hello-ok", protocol: 1, policy, snapshot: { position } });
  }
  calls(method: string) {
    return this.sent.filter((frame) => frame.method === method);
  }
}

const PROOF = { publicKey: "key", signature: "signed", nonce: "" };

function setUp(answer: "signed-in" | "signed-out" | "unreachable" = "unreachable", proof: BrowserAuth | null = PROOF) {
  let position: number | undefined;
  const phases: string[] = [];
  const events: EventFrame[] = [];
  const replaced: boolean[] = [];
  const client = new Client({
    url: "ws://x/ws",
    makeSocket: (url) => new FakeSocket(url) as unknown as WebSocket,
    prove: (nonce) => Promise.resolve(proof ? { ...proof, nonce } : undefined),
    probeAuth: () => Promise.resolve(answer),
    onConnection: (connection: Connection) => phases.push(connection.phase),
    onEvent: (frame) => {
      events.push(frame);
      position = frame.position ?? position;
    },
    onHello: (hello: HelloOk, isReplaced) => {
      replaced.push(isReplaced);
      if (isReplaced) position = undefined;
      position ??= hello.snapshot.position;
    },
    position: () => position,
  });
  client.start();
  return { client, phases, events, replaced };
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;
const event = (seq: number, position: number) => ({ type: "event", event: "x", payload: {}, seq, position });

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the client", () => {
  it("greets, then follows events from where the snapshot is true", async () => {
    setUp();
    await last().greet(7);
    const auth = { browser: { ...PROOF, nonce: "n1" } };
    expect(last().sent[0]).toMatchObject({ type: "hello", minProtocol: 1, auth });
    expect(last().calls("events.subscribe")[0]?.params).toEqual({ after: 7, transient: true });
  });

  it("resumes after the last position, and sends unanswered calls again with the same key", async () => {
    const { client, events, phases } = setUp();
    await last().greet(7);
    last().say(event(1, 8));
    const answered = client.call("sessions.send", { key: "main", message: "hi" });
    const [first] = last().calls("sessions.send");
    expect(String(first?.params.idempotencyKey)).toMatch(/^[0-9a-f]{32}$/);
    last().onclose?.();
    expect(phases.at(-1)).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(FakeSocket.all).toHaveLength(2);
    await last().greet(9);
    expect(last().calls("events.subscribe")[0]?.params).toMatchObject({ after: 8 });
    const [again] = last().calls("sessions.send");
    expect(again).toEqual(first);
    last().say({ type: "res", id: again?.id, ok: true, payload: { requestId: "R" } });
    await expect(answered).resolves.toEqual({ requestId: "R" });
    expect(events).toHaveLength(1);
  });

  it("subscribes again when frames were dropped or it was too slow", async () => {
    const { events } = setUp();
    await last().greet(7);
    last().say(event(1, 8));
    last().say(event(3, 10));
    expect(events).toHaveLength(1);
    last().say({ type: "event", event: "lagged", payload: { after: 8 }, seq: 4 });
    const after = last().calls("events.subscribe").map((frame) => frame.params.after);
    expect(after).toEqual([7, 8, 8]);
  });

  it("gives up on a silent socket after two missed ticks", async () => {
    const { phases } = setUp();
    await last().greet(7);
    const first = last();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(first.isClosed).toBe(true);
    expect(phases).toContain("reconnecting");
  });

  it("does not believe a socket after sleep unless it answers", async () => {
    const { client } = setUp();
    await last().greet(7);
    const first = last();
    client.distrust();
    first.say({ type: "event", event: "tick", payload: {}, seq: 1 });
    await vi.advanceTimersByTimeAsync(2_500);
    expect(first.isClosed).toBe(false);
    client.distrust();
    await vi.advanceTimersByTimeAsync(2_500);
    expect(first.isClosed).toBe(true);
  });

  it("starts over when the ledger is another one", async () => {
    const { replaced } = setUp();
    await last().greet(100);
    last().onclose?.();
    vi.advanceTimersByTime(2_000);
    await last().greet(3);
    expect(replaced).toEqual([false, true]);
    expect(last().calls("events.subscribe")[0]?.params).toMatchObject({ after: 3 });
  });

  it("tells a missing sign-in from a daemon that is down, and does not hammer the door", async () => {
    const { phases } = setUp("signed-out");
    last().onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(phases.at(-1)).toBe("unauthorised");
    expect(FakeSocket.all).toHaveLength(1);
    const down = setUp("unreachable");
    last().onclose?.();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(down.phases.at(-1)).toBe("offline");
    expect(FakeSocket.all.length).toBeGreaterThan(2);
  });

  it("says hello without a proof where pages have no keys, and takes a refusal of it as signed out", async () => {
    const { phases } = setUp("signed-in", null);
    last().onopen?.();
    expect(last().sent).toEqual([]);
    last().say({ type: "event", event: "challenge", payload: { nonce: "n1", ts: 0 }, seq: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(last().sent[0]).not.toHaveProperty("auth");
    last().say({ type: "hello-error", reason: "BROWSER_AUTH_MISSING: a browser's session …" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(phases.at(-1)).toBe("unauthorised");
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("says why a call cannot be answered", async () => {
    const { client } = setUp();
    const call = client.call("status", {}, { timeoutMs: 1_000 }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await call).toMatchObject({ code: "DISCONNECTED", hint: "Start it: nexus up" });
  });

  it("gives a call its time again when it was slept through", async () => {
    const { client } = setUp();
    await last().greet(5);
    const call = client.call("status", {});
    last().onclose?.();
    // An hour passes in which no timer fires: the one of the call is late when it does.
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(30_000);
    await last().greet(5);
    const [asked] = last().calls("status");
    last().say({ type: "res", id: asked?.id, ok: true, payload: { isAnswered: true } });
    expect(await call).toEqual({ isAnswered: true });
  });
});

describe("pauses between tries", () => {
  it("double, stay short while a restart is likely, and grow after that", () => {
    expect(delayMs(0, 0, 1)).toBe(250);
    expect(delayMs(1, 0, 1)).toBe(500);
    expect(delayMs(20, 60_000, 1)).toBe(1_500);
    expect(delayMs(20, 300_000, 1)).toBe(10_000);
    expect(delayMs(0, 0, 0)).toBe(125);
  });
});
