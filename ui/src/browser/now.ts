import { useSyncExternalStore } from "react";

/** One clock for everything on the page that shows an age: a page does not tick in twenty places. */
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function snapshot(): number {
  // Without a running timer the value would be as old as the last listener.
  if (timer === undefined) now = Date.now();
  return now;
}

/** The time, in steps of a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot);
}
