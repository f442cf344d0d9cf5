import { Client } from "../rpc/client";
import type { RecordedEvent } from "./state";

/** Time the ledger has to hand out a page of events. */
const READ_MS_MAX = 10_000;

/**
 * Reads up to `count` recorded events before a position, over a connection of its own: the one
 * connection of the store goes on from where it is.
 */
export function readEarlier(url: string, before: number, count: number): Promise<RecordedEvent[]> {
  const after = Math.max(0, before - 1 - count);
  if (before - 1 <= after) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const events: RecordedEvent[] = [];
    const client = new Client({
      url,
      probeAuth: () => Promise.resolve("unreachable"),
      position: () => after,
      onHello: () => undefined,
      onConnection: ({ phase }) => phase !== "online" && phase !== "connecting" && end(new Error("the connection was lost")),
      onEvent: ({ position, at, event: type, payload: properties }) => {
        if (position == null) return;
        if (position < before) events.push({ position, at: at ?? 0, type, properties });
        if (position >= before - 1) end();
      },
    });
    const timer = setTimeout(() => end(), READ_MS_MAX);
    let isOver = false;
    const end = (error?: Error) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      client.stop();
      if (error && events.length === 0) reject(error);
      else resolve(events);
    };
    client.start();
  });
}
