import { Client, type Connection, uniqueKey } from "../rpc/client";
import { RpcError } from "../rpc/error";
import type { Attachment, EventFrame, Events, Methods, PermissionRequest, QueueMode, SessionKey } from "../rpc/protocol";
import { readEarlier } from "./earlier";
import { Feed } from "./feed";
import { isTransient, onRecorded, onTransient, withSession } from "./reduce";
import { failed, Resources } from "./resource";
import { onLoaded, onNew, onOlder, onRecord } from "./session";
import { emptySession, initialState, type Outgoing, type SessionView, type State } from "./state";
import { onSnapshot } from "./stream";
import { Throttle } from "./throttle";

type Approval = Omit<Methods["acl.requests.approve"]["params"], "idempotencyKey">;
type Denial = Omit<Methods["acl.requests.deny"]["params"], "idempotencyKey">;

/** Messages on one page of history. */
export const PAGE_LEN = 60;
/** Streaming text is shown at most this often: 20 times a second costs a tenth of every frame. */
const PAINT_MS = 50;
/** Summaries are fetched at most this often. */
const REFRESH_MS = 400;
/** A stop is answered when the run has ended. */
const STOP_MS_MAX = 60_000;

/** How often the record of an ended turn is asked for when no answer comes. */
const RECORD_TRIES_MAX = 10;

/** Types after which what Home shows may differ. */
const OVERVIEW_TYPES = /^(nex\.request|permission|turn|adapter|system|runtime|power)\./;
/** Types after which the list of sessions may differ. */
const LIST_TYPES = /^(session\.|turn\.|message\.recorded)/;

/**
 * Everything the pages show, in one place, fed by the socket. Plain TypeScript: pages subscribe,
 * events are reduced by pure functions, fetched summaries are refreshed when events say so.
 */
export class Store {
  state: State = initialState;
  readonly client: Client;
  readonly feed = new Feed();
  readonly resources: Resources;
  private readonly listeners = new Set<() => void>();
  private readonly watched = new Map<string, number>();
  private readonly paint = new Throttle(PAINT_MS, () => this.notify());
  private readonly overview = new Throttle(REFRESH_MS, () => void this.refreshOverview());
  private readonly list = new Throttle(REFRESH_MS * 2, () => void this.refreshSessions());
  private readonly watchedRequests = new Throttle(REFRESH_MS, () => void this.refreshRequests());
  private wantsList = false;

  constructor(
    private readonly url: string,
    probeAuth: () => Promise<"signed-in" | "signed-out" | "unreachable">,
  ) {
    this.client = new Client({
      url,
      probeAuth,
      onEvent: (frame) => this.onEvent(frame),
      onConnection: (connection) => this.onConnection(connection),
      onHello: (hello, isReplaced) => {
        if (isReplaced) {
          this.feed.clear();
          // What was open is looked at still, and is fetched from the ledger that is there now.
          const open = Object.keys(this.state.sessions).map((key) => [key, emptySession(key)] as const);
          this.set({ ...initialState, connection: this.state.connection, sessions: Object.fromEntries(open) });
        }
        if (this.state.position === undefined) this.set({ ...this.state, position: hello.snapshot.position });
      },
      position: () => this.state.position,
    });
    this.resources = new Resources({
      client: this.client,
      read: () => this.state.resources,
      write: (resources) => this.set({ ...this.state, resources }),
      isOnline: () => this.state.connection.phase === "online",
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private notify(): void {
    for (const listener of this.listeners) listener();
  }

  private set(state: State): void {
    if (state === this.state) return;
    this.state = state;
    this.notify();
  }

  private onConnection(connection: Connection): void {
    const wasOnline = this.state.connection.phase === "online";
    this.set({ ...this.state, connection });
    if (connection.phase !== "online" || wasOnline) return;
    this.overview.run();
    if (this.wantsList) this.list.run();
    this.watchedRequests.run();
    this.resources.reload("");
    for (const view of Object.values(this.state.sessions)) {
      if (view.load !== "ready") void this.loadSession(view.key);
    }
  }

  private onEvent(frame: EventFrame): void {
    if (isTransient(frame.event)) {
      const { state, gapIn } = onTransient(this.state, frame.event, frame.payload);
      this.state = state;
      this.paint.run();
      if (gapIn) void this.fetchText(gapIn);
      return;
    }
    if (frame.position === undefined || frame.position === null) {
      if (frame.event === "health") this.overview.run();
      return;
    }
    const { position, at, event: type, payload: properties } = frame;
    const event = { position, at: at ?? Date.now(), type, properties };
    this.set(withoutArrived(onRecorded(this.state, event)));
    this.feed.push(event);
    this.resources.onEvent(type, properties);
    if (OVERVIEW_TYPES.test(type)) this.overview.run();
    if (this.wantsList && LIST_TYPES.test(type)) this.list.run();
    if (this.watched.size > 0) this.watchedRequests.run();
    if (type === "turn.completed") void this.completeTurn(properties as unknown as Events["turn.completed"]);
  }

  /** Puts earlier events before those the feed has; says how many came. */
  async loadEarlier(count: number): Promise<number> {
    const before = this.feed.events[0]?.position ?? (this.state.position ?? 0) + 1;
    const events = await readEarlier(this.url, before, count);
    this.feed.prepend(events);
    return events.length;
  }

  async refreshOverview(): Promise<void> {
    const before = this.state.permissions;
    try {
      const value = await this.client.call("status", {});
      const permissions = { ...this.state.permissions };
      // Decided before we knew of it: the event of the decision had nothing to change.
      const waiting = new Set(value.waiting.map((permission) => permission.id));
      for (const { id, status } of Object.values(permissions)) {
        if (status === "pending" && before[id] && !waiting.has(id)) delete permissions[id];
      }
      for (const permission of value.waiting) permissions[permission.id] ??= permission;
      this.set({ ...this.state, permissions, overview: { load: "ready", value, at: Date.now() } });
    } catch (cause) {
      this.set({ ...this.state, overview: failed(this.state.overview, cause) });
    }
  }

  async refreshSessions(): Promise<void> {
    this.wantsList = true;
    try {
      const { sessions } = await this.client.call("sessions.list", { limit: 200 });
      this.set({ ...this.state, sessionList: { load: "ready", value: sessions, at: Date.now() } });
    } catch (cause) {
      this.set({ ...this.state, sessionList: failed(this.state.sessionList, cause) });
    }
  }

  /** Shows a session: what is known at once, and everything as soon as it comes. */
  openSession(key: SessionKey): void {
    const view = this.state.sessions[key];
    if (view && view.load !== "failed") return;
    this.set(withSession(this.state, emptySession(key)));
    void this.loadSession(key);
  }

  private async loadSession(key: SessionKey): Promise<void> {
    try {
      const [session, history] = await Promise.all([
        this.client.call("sessions.get", { key }),
        this.client.call("sessions.history", { key, limit: PAGE_LEN }),
      ]);
      const permissions = { ...this.state.permissions };
      for (const permission of session.waiting) permissions[permission.id] ??= permission;
      const state = { ...this.state, permissions };
      this.set(withoutArrived(withSession(state, onLoaded(this.view(key), session, history))));
      void this.fetchReceipts(key);
    } catch (cause) {
      const error = RpcError.of(cause);
      const view = this.view(key);
      if (error.code === "NOT_FOUND") this.set(withSession(this.state, onNew(view)));
      else this.set(withSession(this.state, { ...view, load: "failed", error }));
    }
  }

  /** Decided permission requests of a session, for the receipts between its messages. */
  private async fetchReceipts(key: SessionKey): Promise<void> {
    const params = { sessionKey: key, includeResolved: true, limit: 100 };
    const result = await this.client.call("acl.requests.list", params).catch(() => undefined);
    if (!result) return;
    const permissions = { ...this.state.permissions };
    for (const permission of result.requests) {
      const known = permissions[permission.id];
      if (!known || known.status === "pending") permissions[permission.id] = permission;
    }
    this.set({ ...this.state, permissions });
  }

  async loadOlder(key: SessionKey): Promise<void> {
    const view = this.view(key);
    const first = view.messages[0];
    if (!view.hasMore || view.isLoadingOlder || !first) return;
    this.set(withSession(this.state, { ...view, isLoadingOlder: true }));
    try {
      const page = await this.client.call("sessions.history", { key, limit: PAGE_LEN, before: first.id });
      this.set(withSession(this.state, onOlder(this.view(key), page)));
    } catch {
      this.set(withSession(this.state, { ...this.view(key), isLoadingOlder: false }));
    }
  }

  private async fetchText(key: SessionKey): Promise<void> {
    const result = await this.client.call("sessions.get", { key }).catch(() => undefined);
    if (!result?.streaming) return;
    const { messageId, seq, text } = result.streaming;
    const piece = { turn_id: result.activeTurn?.id, message_id: messageId, seq, text };
    this.set(withSession(this.state, onSnapshot(this.view(key), piece, true)));
  }

  /**
   * The event of an ended turn is short; the record names the model, how long each call took, and how
   * to mend a failure. What is shown is then what a fresh load shows.
   */
  private async completeTurn({ session_key, turn_id }: Events["turn.completed"]): Promise<void> {
    if (this.state.sessions[session_key]?.load !== "ready") return;
    const params = { key: session_key, turnId: turn_id, limit: 1 };
    for (let n = 0; n < RECORD_TRIES_MAX; n++) {
      try {
        const page = await this.client.call("sessions.history", params);
        return this.set(withSession(this.state, onRecord(this.view(session_key), page)));
      } catch (cause) {
        // Without an answer each try has waited long enough by itself, or the machine has slept.
        if (!["TIMEOUT", "DISCONNECTED"].includes(RpcError.of(cause).code)) return;
      }
    }
  }

  /** Keeps a request up to date as long as somebody looks at it. */
  watchRequest(id: string): () => void {
    this.watched.set(id, (this.watched.get(id) ?? 0) + 1);
    this.watchedRequests.run();
    return () => {
      const n = (this.watched.get(id) ?? 1) - 1;
      if (n > 0) this.watched.set(id, n);
      else this.watched.delete(id);
    };
  }

  private async refreshRequests(): Promise<void> {
    const refresh = async (id: string) => {
      const known = this.state.requests[id] ?? { load: "loading" };
      const next: State["requests"][string] = await this.client.call("requests.get", { id }).then(
        (value) => ({ load: "ready", value, at: Date.now() }),
        (cause: unknown) => failed(known, cause),
      );
      this.set({ ...this.state, requests: { ...this.state.requests, [id]: next } });
    };
    await Promise.all([...this.watched.keys()].map(refresh));
  }

  /** Hands a message in. It is shown at once and again until the daemon has recorded it. */
  async send(session: SessionKey, text: string, mode: QueueMode, attachments: Attachment[] = [], key = uniqueKey()): Promise<void> {
    const others = this.state.outgoing.filter((each) => each.key !== key);
    const outgoing: Outgoing = { key, session, text, attachments, mode, state: "sending" };
    this.set({ ...this.state, outgoing: [...others, outgoing] });
    try {
      const params = { key: session, message: text, attachments, queueMode: mode, idempotencyKey: key };
      const { requestId } = await this.client.call("sessions.send", params);
      this.setOutgoing({ ...outgoing, state: "accepted", requestId });
    } catch (cause) {
      this.setOutgoing({ ...outgoing, state: "failed", error: RpcError.of(cause) });
    }
  }

  private setOutgoing(changed: Outgoing): void {
    const outgoing = this.state.outgoing.map((each) => (each.key === changed.key ? changed : each));
    this.set(withoutArrived({ ...this.state, outgoing }));
  }

  /** Forgets a message that could not be sent; its text is given back. */
  takeBack(key: string): string {
    const text = this.state.outgoing.find((each) => each.key === key)?.text ?? "";
    this.set({ ...this.state, outgoing: this.state.outgoing.filter((each) => each.key !== key) });
    return text;
  }

  abort(key: SessionKey, turnId?: string) {
    return this.client.call("sessions.abort", { key, turnId, dropQueue: false }, { timeoutMs: STOP_MS_MAX });
  }

  async approve(answer: Approval): Promise<void> {
    this.setPermission(await this.client.call("acl.requests.approve", answer));
  }

  async deny(answer: Denial): Promise<void> {
    this.setPermission(await this.client.call("acl.requests.deny", answer));
  }

  /** Starts the clock of a permission request: a person is shown it. */
  seen(id: string): void {
    // When it cannot be said, somebody has decided meanwhile, or the page is offline and the card
    // says so once it is not.
    this.client.call("acl.requests.seen", { id }).then((result) => this.setPermission(result), () => undefined);
  }

  async extend(id: string): Promise<void> {
    this.setPermission(await this.client.call("acl.requests.extend", { id }));
  }

  private setPermission({ request }: { request: PermissionRequest }): void {
    const known = this.state.permissions[request.id];
    // An answer that was on its way while somebody decided is older than the decision.
    if (known && known.status !== "pending" && request.status === "pending") return;
    this.set({ ...this.state, permissions: { ...this.state.permissions, [request.id]: request } });
  }

  private view(key: SessionKey): SessionView {
    return this.state.sessions[key] ?? emptySession(key);
  }
}

/** Drops messages of ours that are part of their session by now, or wait in its queue. */
function withoutArrived(state: State): State {
  if (state.outgoing.length === 0) return state;
  const outgoing = state.outgoing.filter(({ session, requestId }) => {
    const view = state.sessions[session];
    if (!view || requestId === undefined) return true;
    const isQueued = view.queued.some((request) => request.id === requestId);
    return !isQueued && !view.messages.some((message) => message.request_id === requestId);
  });
  return outgoing.length === state.outgoing.length ? state : { ...state, outgoing };
}
