import { useSyncExternalStore } from "react";

/** How long a notice stands. */
const NOTICE_MS = 6_000;

let notice = "";
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Says in one sentence that something has been done. What failed is said where it failed, and stays. */
export function say(text: string): void {
  notice = text;
  clearTimeout(timer);
  if (text !== "") timer = setTimeout(() => say(""), NOTICE_MS);
  for (const listener of listeners) listener();
}

export function useNotice(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notice,
  );
}
