import { type ComponentType, lazy, type LazyExoticComponent } from "react";

/** Pauses between tries: the daemon that hands the part out may be starting. */
const PAUSE_MS = 500;
const PAUSE_MS_MAX = 5_000;
/** About five minutes; after that the page says that it broke, and how to mend it. */
const TRIES_MAX = 60;

/** A part that is fetched when it is shown. While there is no contact it is waited for, as for any answer. */
export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): LazyExoticComponent<ComponentType<P>> {
  return lazy(() => patiently(load));
}

/** Tries again for a while. */
export async function patiently<T>(load: () => Promise<T>, pauseMs = PAUSE_MS): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await load();
    } catch (cause) {
      if (n >= TRIES_MAX) throw cause;
      await new Promise((resolve) => setTimeout(resolve, Math.min(PAUSE_MS_MAX, pauseMs * n)));
    }
  }
}
