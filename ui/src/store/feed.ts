import type { RecordedEvent } from "./state";
import { Throttle } from "./throttle";

/** Most events that are kept for Activity; older ones are read again from the ledger. */
export const FEED_LEN_MAX = 10_000;
/** How many go at once when there are too many. */
const DROPPED = 2_000;
/** The list is painted at most ten times a second, however many come. */
const PAINT_MS = 100;

/** The latest recorded events as they came, outside of the state: nobody else is told of each. */
export class Feed {
  events: readonly RecordedEvent[] = [];
  private pending: RecordedEvent[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly paint = new Throttle(PAINT_MS, () => this.flush());

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): readonly RecordedEvent[] => this.events;

  clear(): void {
    this.pending = [];
    this.events = [];
  }

  push(event: RecordedEvent): void {
    this.pending.push(event);
    // A page that nobody sees is painted seldom.
    if (this.pending.length > FEED_LEN_MAX) this.pending = this.pending.slice(DROPPED);
    this.paint.run();
  }

  /** Puts events before those that are there; what is known already is not doubled. */
  prepend(earlier: RecordedEvent[]): void {
    const first = this.events[0]?.position ?? Number.POSITIVE_INFINITY;
    this.events = [...earlier.filter(({ position }) => position < first), ...this.events];
    for (const listener of this.listeners) listener();
  }

  private flush(): void {
    const last = this.events.at(-1)?.position ?? -1;
    const fresh = this.pending.filter(({ position }) => position > last);
    this.pending = [];
    const all = [...this.events, ...fresh];
    this.events = all.length > FEED_LEN_MAX ? all.slice(DROPPED - FEED_LEN_MAX) : all;
    for (const listener of this.listeners) listener();
  }
}
