import { useRouter, useRouterState } from "@tanstack/react-router";
import { useCallback, useRef, useSyncExternalStore } from "react";
import { filterOf, type Query, withFilter } from "./query";

/**
 * The filter of a page, kept in its address: going back, a reload and a link that is handed on keep
 * it. `blank` says how it usually is and never changes. A change takes the place of the address that
 * was there, so that going back leaves the page.
 */
export function useFilter<T extends Query>(blank: T): [filter: T, change: (change: Partial<T>) => void] {
  const { history } = useRouter();
  const shownAt = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const known = useRef<string>(undefined);
  // Where somebody is about to go says nothing about the page that is still shown.
  const search = useSyncExternalStore(history.subscribe, () => {
    const isHere = shownAt === undefined || known.current === undefined || history.location.pathname === shownAt;
    if (isHere) known.current = history.location.search;
    return known.current ?? "";
  });
  const change = useCallback(
    (part: Partial<T>) => {
      const { pathname, search: now, hash } = history.location;
      history.replace(`${pathname}${withFilter(blank, now, part)}${hash}`);
    },
    // What a filter usually is belongs to its page and does not change.
    [history],
  );
  return [filterOf(blank, search), change];
}
