import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Boundary } from "../parts/Boundary";
import { useSelect } from "../store/react";
import { t } from "../text/text";
import { Announcer } from "./Announcer";
import { ConnectionBanner } from "./ConnectionBanner";
import { Gate } from "./Gate";
import { Header } from "./Header";
import { useKeys } from "./keys";
import { BottomBar, Sidebar } from "./Nav";
import { Shortcuts } from "./Shortcuts";

/** What surrounds every page. */
export function Frame() {
  const [isSheetOpen, setSheetOpen] = useState(false);
  useKeys(() => setSheetOpen(true));
  useFocusOnRoute();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto] md:grid-cols-[13.75rem_minmax(0,1fr)]">
      <a href="#main" className="btn fixed -top-20 left-2 z-30 focus:top-2">
        {t("app.skip")}
      </a>
      <Header onShortcuts={() => setSheetOpen(true)} />
      <Sidebar />
      <main id="main" tabIndex={-1} className="relative flex min-h-0 min-w-0 flex-col outline-none">
        <ConnectionBanner />
        <Boundary resetKey={path}>
          <Gate>
            <Outlet />
          </Gate>
        </Boundary>
      </main>
      <BottomBar />
      <Shortcuts isOpen={isSheetOpen} onOpenChange={setSheetOpen} />
      <Announcer />
    </div>
  );
}

/** After a change of page the focus goes to its heading, as after a page load. */
function useFocusOnRoute(): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const isFirst = useRef(true);
  useEffect(() => {
    if (path === undefined) return;
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    requestAnimationFrame(() => {
      if (document.activeElement && document.activeElement !== document.body) {
        if (document.activeElement.closest("[data-ask], [data-composer]")) return;
      }
      document.querySelector<HTMLElement>("h1")?.focus();
    });
  }, [path]);
}

/** Name of the page in the tab, with the number of things that wait. */
export function useTitle(title: string): void {
  const n = useSelect((state) => Object.values(state.permissions).filter((p) => p.status === "pending").length);
  useEffect(() => {
    document.title = `${n > 0 ? `(${n}) ` : ""}${title} · ${t("app.name")}`;
  }, [title, n]);
}
