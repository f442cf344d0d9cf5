import type { DeliveryFacts, OutboxListResult } from "../rpc/protocol";
import { byType, type Resource } from "../store/resource";

/** A delivery is decided when a run ends, and leaves events of its own from then on. */
export const touchesDeliveries = byType(/^(adapter\.out\.|turn\.completed|nex\.request\.)/);

/** Most that wait and are looked at. */
const WAITING_MAX = 50;

export const waitingDeliveries: Resource<OutboxListResult> = {
  key: "outbox.list waiting",
  load: (client) => client.call("outbox.list", { states: ["pending"], limit: WAITING_MAX }),
  isTouched: touchesDeliveries,
};

/** Milliseconds until a delivery goes out that can still be taken back; nothing when it is not held. */
export function heldMs({ state, nTries, nextAt }: DeliveryFacts, now: number): number | undefined {
  if (state !== "pending" || nTries > 0 || nextAt == null) return undefined;
  const left = nextAt - now;
  return left > 0 ? left : undefined;
}
