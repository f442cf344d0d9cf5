import { delayMs } from "./backoff";
import { RpcError } from "./error";
import { proofOf } from "./key";
import type { BrowserAuth, EventFrame, HelloOk, Lagged, Methods, Position, ServerFrame, Shutdown } from "./protocol";
import { COMMANDS } from "./protocol";

/** The protocol version this bundle speaks. */
const PROTOCOL = 1;
/** Time the daemon has to answer the hello. */
const HELLO_MS_MAX = 10_000;
/** Time a call may take unless the caller says otherwise; `sessions.abort` waits for a run's end. */
const CALL_MS_MAX = 30_000;
/** Time a connection has to prove that it lives after the machine slept. */
const PROBE_MS_MAX = 2_000;
/** How often the connection is looked after. */
const WATCH_MS = 2_500;
/** The reason in a hello-error for whoever is not signed in. */
const UNAUTHORISED = "unauthorized";
/** Begins the reason in a hello-error for a browser whose session is of another key. */
const NOT_ITS_KEY = "BROWSER_AUTH_";
/** A timer that fires this much too late means that the machine or the tab slept. */
const SLEEP_MS = 10_000;

export type Phase = "connecting" | "online" | "reconnecting" | "offline" | "unauthorised" | "incompatible";

export interface Connection {
  phase: Phase;
  /** When contact was lost, in browser time; undefined while online. */
  lostAt?: number;
  /** Why, in words of the daemon. */
  reason?: string;
  hello?: HelloOk;
}

type Inbound<M extends keyof Methods> = Omit<Methods[M]["params"], "idempotencyKey"> & { idempotencyKey?: string };

interface Call {
  id: string;
  method: string;
  text: string;
  resolve: (payload: never) => void;
  reject: (error: RpcError) => void;
  timer: ReturnType<typeof setTimeout>;
  /** When its time began, and how long that is. */
  since: number;
  timeoutMs: number;
}

export interface ClientOptions {
  url: string;
  /** Where a recorded or transient event goes. */
  onEvent: (frame: EventFrame) => void;
  onConnection: (connection: Connection) => void;
  /** The last position that was taken in; undefined before the first hello. */
  position: () => Position | undefined;
  /** Called after each hello, before events flow. `isReplaced`: the ledger is another one. */
  onHello: (hello: HelloOk, isReplaced: boolean) => void;
  /** Tells a refused cookie from a daemon that is down. */
  probeAuth: () => Promise<"signed-in" | "signed-out" | "unreachable">;
  makeSocket?: (url: string) => WebSocket;
  /** Proves that the session in the cookie is this browser's. */
  prove?: (nonce: string) => Promise<BrowserAuth | undefined>;
}

/**
 * Framing A over one WebSocket at a time. Calls survive a lost connection: what was not answered
 * is sent again with the same idempotency key. Events resume after the last position taken in.
 */
export class Client {
  private socket: WebSocket | undefined;
  private connection: Connection = { phase: "connecting" };
  private readonly calls = new Map<string, Call>();
  private nextId = 1;
  private tries = 0;
  private lastSeq = 0;
  private lastFrameAt = 0;
  private nFrames = 0;
  private lastWatchAt = Date.now();
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private helloTimer: ReturnType<typeof setTimeout> | undefined;
  private watchTimer: ReturnType<typeof setInterval> | undefined;
  private tickMs = 15_000;
  private isProbing = false;

  constructor(private readonly options: ClientOptions) {}

  start(): void {
    this.watchTimer = setInterval(() => this.watch(), WATCH_MS);
    this.open();
  }

  stop(): void {
    clearInterval(this.watchTimer);
    clearTimeout(this.retryTimer);
    clearTimeout(this.helloTimer);
    this.drop();
  }

  /** Tries again now instead of when the pause is over. */
  retryNow(): void {
    if (this.connection.phase === "online") return;
    clearTimeout(this.retryTimer);
    this.tries = 0;
    this.open();
  }

  /** Treats the connection as dead until it proves otherwise. */
  distrust(): void {
    if (this.connection.phase !== "online") return this.retryNow();
    if (this.isProbing) return;
    this.isProbing = true;
    const socket = this.socket;
    const before = this.nFrames;
    this.call("health", {}, { timeoutMs: PROBE_MS_MAX }).catch(() => undefined);
    setTimeout(() => {
      this.isProbing = false;
      if (this.socket === socket && this.nFrames === before) this.lose("the connection went silent");
    }, PROBE_MS_MAX);
  }

  call<M extends keyof Methods>(
    method: M,
    params: Inbound<M>,
    options: { timeoutMs?: number } = {},
  ): Promise<Methods[M]["result"]> {
    const id = String(this.nextId++);
    const keyed = COMMANDS.has(method) ? { idempotencyKey: uniqueKey(), ...params } : params;
    const text = JSON.stringify({ type: "req", id, method, params: keyed });
    return new Promise((resolve, reject) => {
      const timeoutMs = options.timeoutMs ?? CALL_MS_MAX;
      const timer = setTimeout(() => this.giveUp(id), timeoutMs);
      this.calls.set(id, { id, method, text, resolve, reject, timer, since: Date.now(), timeoutMs });
      if (this.connection.phase === "online") this.socket?.send(text);
    });
  }

  private giveUp(id: string): void {
    const call = this.calls.get(id);
    if (!call) return;
    // A timer that is late by this much was slept through: nobody could answer meanwhile.
    if (Date.now() - call.since > call.timeoutMs + SLEEP_MS) {
      call.since = Date.now();
      call.timer = setTimeout(() => this.giveUp(id), call.timeoutMs);
      return;
    }
    this.calls.delete(id);
    const isOnline = this.connection.phase === "online";
    call.reject(
      isOnline
        ? new RpcError("TIMEOUT", "The daemon did not answer in time.", "Look at its log: nexus daemon logs", call.method)
        : new RpcError("DISCONNECTED", "The daemon cannot be reached.", "Start it: nexus up", call.method),
    );
  }

  private open(): void {
    this.drop();
    const make = this.options.makeSocket ?? ((url: string) => new WebSocket(url));
    const socket = make(this.options.url);
    this.socket = socket;
    let isGreeted = false;
    this.helloTimer = setTimeout(() => socket.close(), HELLO_MS_MAX);
    socket.onmessage = (message) => {
      if (this.socket !== socket) return;
      this.lastFrameAt = Date.now();
      this.nFrames += 1;
      const frame = JSON.parse(String(message.data)) as ServerFrame;
      if (frame.type === "hello-ok") {
        isGreeted = true;
        clearTimeout(this.helloTimer);
        this.begin(socket, frame);
      } else if (frame.type === "hello-error") {
        void this.refused(frame.reason);
      } else if (frame.type === "res") {
        this.answer(frame);
      } else if (isGreeted) {
        this.event(socket, frame);
      } else if (frame.event === "challenge") {
        void this.greet(socket, (frame.payload as unknown as { nonce: string }).nonce);
      }
    };
    socket.onclose = (close?: CloseEvent) => {
      if (this.socket !== socket) return;
      // 1008: the daemon sent us away and says why.
      if (isGreeted) this.lose(close?.code === 1008 ? close.reason : undefined);
      else void this.unreached();
    };
  }

  /** Says hello; where this browser can prove nothing, the daemon says what follows from that. */
  private async greet(socket: WebSocket, nonce: string): Promise<void> {
    const prove = this.options.prove ?? proofOf;
    const browser = await prove(nonce).catch(() => undefined);
    if (this.socket === socket) socket.send(JSON.stringify(hello(browser)));
  }

  private begin(socket: WebSocket, ok: HelloOk): void {
    this.lastSeq = 0;
    this.tickMs = ok.policy.tickIntervalMs;
    const known = this.options.position();
    const isReplaced = known !== undefined && ok.snapshot.position < known;
    const after = known === undefined || isReplaced ? ok.snapshot.position : known;
    this.options.onHello(ok, isReplaced);
    this.tries = 0;
    const unanswered = [...this.calls.values()];
    socket.send(this.subscription(after));
    for (const call of unanswered) socket.send(call.text);
    // Last: whoever hears of it makes calls of its own.
    this.set({ phase: "online", hello: ok });
  }

  private subscription(after: Position): string {
    const id = `s${this.nextId++}`;
    return JSON.stringify({ type: "req", id, method: "events.subscribe", params: { after, transient: true } });
  }

  private event(socket: WebSocket, frame: EventFrame): void {
    const isGap = this.lastSeq !== 0 && frame.seq !== this.lastSeq + 1;
    this.lastSeq = frame.seq;
    if (frame.event === "lagged") {
      const { after } = frame.payload as unknown as Lagged;
      socket.send(this.subscription(this.options.position() ?? after));
    } else if (frame.event === "shutdown") {
      const { reason } = frame.payload as unknown as Shutdown;
      this.connection = { ...this.connection, reason };
    } else if (isGap) {
      // Frames were dropped: what is recorded comes again from the ledger, streaming text as a
      // snapshot. This frame is among them.
      socket.send(this.subscription(this.options.position() ?? 0));
    } else {
      this.options.onEvent(frame);
    }
  }

  private answer(frame: Extract<ServerFrame, { type: "res" }>): void {
    const call = this.calls.get(frame.id);
    if (!call) return;
    this.calls.delete(frame.id);
    clearTimeout(call.timer);
    if (frame.ok) call.resolve(frame.payload as never);
    else if (frame.error) call.reject(RpcError.ofWire(frame.error, call.method));
  }

  /** Ticks come every 15 s: two missed ones, or a jump of the clock, and the socket is not believed. */
  private watch(): void {
    const now = Date.now();
    const hasSlept = now - this.lastWatchAt > SLEEP_MS;
    this.lastWatchAt = now;
    if (this.connection.phase !== "online") return;
    if (now - this.lastFrameAt > 2 * this.tickMs + WATCH_MS) this.lose("the connection went silent");
    else if (hasSlept) this.distrust();
  }

  private lose(reason?: string): void {
    this.drop();
    this.set({
      phase: "reconnecting",
      lostAt: this.connection.lostAt ?? Date.now(),
      reason: reason ?? this.connection.reason,
      hello: this.connection.hello,
    });
    this.schedule();
  }

  private async unreached(): Promise<void> {
    const answer = await this.options.probeAuth();
    if (answer === "signed-out") return this.refused(UNAUTHORISED);
    const lostAt = this.connection.lostAt ?? Date.now();
    this.set({ ...this.connection, phase: answer === "unreachable" ? "offline" : "reconnecting", lostAt });
    this.schedule();
  }

  private async refused(reason?: string): Promise<void> {
    this.drop();
    const isOut = reason === UNAUTHORISED || reason?.startsWith(NOT_ITS_KEY);
    const answer = isOut ? "signed-out" : await this.options.probeAuth();
    const phase = answer === "signed-in" ? "incompatible" : "unauthorised";
    // No timer from here on: each try counts as a failed login. Whoever signs in does it in another
    // tab, and coming back to this one tries again.
    this.set({ phase, reason, lostAt: this.connection.lostAt ?? Date.now(), hello: this.connection.hello });
  }

  private schedule(): void {
    clearTimeout(this.retryTimer);
    const lostForMs = Date.now() - (this.connection.lostAt ?? Date.now());
    const pause = delayMs(this.tries++, lostForMs, Math.random());
    this.retryTimer = setTimeout(() => this.open(), pause);
  }

  private drop(): void {
    clearTimeout(this.helloTimer);
    const socket = this.socket;
    this.socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private set(connection: Connection): void {
    this.connection = connection;
    this.options.onConnection(connection);
  }
}

function hello(browser: BrowserAuth | undefined): object {
  return {
    type: "hello",
    minProtocol: PROTOCOL,
    maxProtocol: PROTOCOL,
    client: { name: "nexus-ui", version: __VERSION__, platform: navigator.platform || "web", mode: "ui" },
    locale: navigator.language,
    userAgent: navigator.userAgent,
    ...(browser && { auth: { browser } }),
  };
}

/** 128 random bits. Not `crypto.randomUUID`: that exists only where the page is a secure context. */
export function uniqueKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
