import { uniqueKey } from "../rpc/client";

/** A name for a conversation that does not exist yet, readable in a list: `chat:1121-0930-4f2a`. */
export function newSessionKey(now = new Date()): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = two(now.getMonth() + 1) + two(now.getDate());
  const time = two(now.getHours()) + two(now.getMinutes());
  return `chat:${day}-${time}-${uniqueKey().slice(0, 4)}`;
}
