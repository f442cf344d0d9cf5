import { createContext, useContext, useSyncExternalStore } from "react";
import type { State } from "./state";
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
