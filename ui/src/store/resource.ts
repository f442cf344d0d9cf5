import type { Client } from "../rpc/client";
import { RpcError } from "../rpc/error";
import type { Fetched, State } from "./state";
import { Throttle } from "./throttle";

/** Something a page shows that is fetched whole, and again when events say that it may differ. */
export interface Resource<T> {
  /** Its name in the state: one per method and parameters. */
  key: string;
  load: (client: Client) => Promise<T>;
  /** Whether it may differ after a recorded event. */
  isTouched?: (type: string, properties: unknown) => boolean;
}

/** Fetched again at most this often. */
const REFRESH_MS = 500;
/** Most that is kept of what nobody looks at, so that a page comes back with what it showed. */
const UNWATCHED_MAX = 40;

interface Watched {
  resource: Resource<unknown>;
  nWatchers: number;
  refresh: Throttle;
}

interface Host {
  client: Client;
  read: () => State["resources"];
  write: (resources: State["resources"]) => void;
  isOnline: () => boolean;
}

/** Keeps what pages look at up to date, for as long as they do. */
export class Resources {
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly host: Host) {}

  watch(resource: Resource<unknown>): () => void {
    const known = this.watched.get(resource.key);
    const refresh = known?.refresh ?? new Throttle(REFRESH_MS, () => void this.load(resource));
    const watched = { resource, refresh, nWatchers: (known?.nWatchers ?? 0) + 1 };
    this.watched.set(resource.key, watched);
    if (!known && this.host.isOnline()) refresh.run();
    return () => {
      const now = this.watched.get(resource.key);
      if (!now) return;
      if (now.nWatchers > 1) this.watched.set(resource.key, { ...now, nWatchers: now.nWatchers - 1 });
      else this.watched.delete(resource.key);
    };
  }

  /** Fetches again all that is looked at and whose key begins so. */
  reload(prefix: string): void {
    for (const [key, { refresh }] of this.watched) if (key.startsWith(prefix)) refresh.run();
  }

  onEvent(type: string, properties: unknown): void {
    for (const { resource, refresh } of this.watched.values()) {
      if (resource.isTouched?.(type, properties)) refresh.run();
    }
  }

  private async load(resource: Resource<unknown>): Promise<void> {
    const { key } = resource;
    const next = await resource.load(this.host.client).then(
      (value): Fetched<unknown> => ({ load: "ready", value, at: Date.now() }),
      (cause: unknown) => failed(this.host.read()[key] ?? { load: "loading" }, cause),
    );
    this.host.write(this.kept({ ...this.host.read(), [key]: next }));
  }

  private kept(all: State["resources"]): State["resources"] {
    const unwatched = Object.keys(all).filter((key) => !this.watched.has(key));
    if (unwatched.length <= UNWATCHED_MAX) return all;
    const gone = new Set(unwatched.slice(0, unwatched.length - UNWATCHED_MAX));
    return Object.fromEntries(Object.entries(all).filter(([key]) => !gone.has(key)));
  }
}

/** What is shown stays when it cannot be fetched again. */
export function failed<T>(known: Fetched<T>, cause: unknown): Fetched<T> {
  return { ...known, load: known.value === undefined ? "failed" : "ready", error: RpcError.of(cause) };
}

/** Touched by events of these types. */
export function byType(types: RegExp): (type: string) => boolean {
  return (type) => types.test(type);
}

/** Touched by whoever calls a method of these resources: each such call leaves its decision as an event. */
export function byCall(methods: RegExp, types?: RegExp): (type: string, properties: unknown) => boolean {
  return (type, properties) => {
    if (types?.test(type)) return true;
    const { action } = properties as { action?: string };
    return type === "acl.decision" && action !== undefined && action.startsWith("call ") && methods.test(action.slice(5));
  };
}
