import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import type { Resource } from "./resource";
import type { Fetched, RecordedEvent, State } from "./state";
import type { Store } from "./store";

export const StoreContext = createContext<Store | undefined>(undefined);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error("there is no store above this component");
  return store;
}

/** A part of the state; the component renders again only when that part is another object. */
export function useSelect<T>(select: (state: State) => T): T {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => select(store.state));
}

export function useOnline(): boolean {
  return useSelect((state) => state.connection.phase === "online");
}

const LOADING: Fetched<never> = { load: "loading" };

/** Something fetched, kept up to date while the component is shown. */
export function useResource<T>(resource: Resource<T>): Fetched<T> {
  const store = useStore();
  const { key } = resource;
  // The key names method and parameters: another object with the same key is the same resource.
  useEffect(() => store.resources.watch(resource), [store, key]);
  return useSelect((state) => state.resources[key] as Fetched<T> | undefined) ?? LOADING;
}

/** The latest recorded events, painted at most ten times a second. */
export function useFeed(): readonly RecordedEvent[] {
  const { feed } = useStore();
  return useSyncExternalStore(feed.subscribe, feed.snapshot);
}
