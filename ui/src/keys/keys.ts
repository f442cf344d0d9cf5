import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useStore } from "../store/react";
import type { State } from "../store/state";
import { newSessionKey } from "../chat/keys";
import { PLACES } from "../frame/places";

/** Time between the two keys of a pair such as `g h`. */
const PAIR_MS = 1_200;
/** How long a page may take to show the card that was asked for. */
const CARD_MS_MAX = 1_500;

/** Whether keys belong to a text field or a dialog now. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, [role=dialog], [role=menu]") !== null;
}

export function pendingOf(state: Pick<State, "permissions">) {
  return Object.values(state.permissions)
    .filter((permission) => permission.status === "pending")
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Moves the focus to the newest approval: here if the page shows it, otherwise among all of them. */
export function useGoToApproval(): () => void {
  const router = useRouter();
  const store = useStore();
  return () => {
    const newest = pendingOf(store.state).at(-1);
    if (!newest) return;
    const focus = () => {
      const card = document.querySelector<HTMLElement>(`[data-ask="${newest.id}"]`);
      card?.focus();
      card?.scrollIntoView({ block: "nearest" });
      return card !== null;
    };
    if (focus()) return;
    void router.navigate({ to: "/approvals/$id", params: { id: newest.id } });
    const began = performance.now();
    const wait = () => {
      if (!focus() && performance.now() - began < CARD_MS_MAX) requestAnimationFrame(wait);
    };
    requestAnimationFrame(wait);
  };
}

interface Overlays {
  openSheet: () => void;
  openPalette: () => void;
  openPause: () => void;
}

/** Moves the focus along the rows of a list. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** The keys that work on every page. But for the palette's and that of a pause, none fires while somebody types. */
export function useKeys({ openSheet, openPalette, openPause }: Overlays): void {
  const router = useRouter();
  const goToApproval = useGoToApproval();
  const gAt = useRef(-PAIR_MS);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if (event.ctrlKey || event.metaKey) {
        const open = { k: openPalette, ".": openPause }[event.key.toLowerCase()];
        if (!open || event.shiftKey || event.altKey) return;
        event.preventDefault();
        return open();
      }
      if (event.altKey ? event.key !== "!" : isTyping(event.target)) return;
      const isPair = performance.now() - gAt.current < PAIR_MS;
      gAt.current = -PAIR_MS;
      const place = isPair ? PLACES.find(({ key }) => key === event.key) : undefined;
      const act: Record<string, () => void> = place
        ? { [place.key]: () => void router.navigate({ to: place.to }) }
        : {
            j: () => step(1),
            k: () => step(-1),
            "!": goToApproval,
            "?": openSheet,
            "/": () => document.querySelector<HTMLElement>("[data-filter]")?.focus(),
            g: () => (gAt.current = performance.now()),
            n: () => void router.navigate({ to: "/chat/$session", params: { session: newSessionKey() } }),
          };
      const found = act[event.key];
      if (!found) return;
      event.preventDefault();
      found();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
}
