import { Outlet, useRouterState } from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState } from "react";
import { Boundary } from "../parts/Boundary";
import { useNotice } from "../form/notice";
import { later } from "../browser/later";
import { pausedOf } from "../pause/pause";
import { useSelect } from "../store/react";
import { t } from "../text/text";
import { Announcer } from "./Announcer";
import { ConnectionBanner } from "./ConnectionBanner";
import { Gate } from "./Gate";
import { Header } from "./Header";
import { useKeys } from "../keys/keys";
import { BottomBar, Sidebar } from "./Nav";

const Shortcuts = later(() => import("../keys/Shortcuts"));
const Palette = later(() => import("../keys/Palette"));
const PauseBar = later(() => import("../pause/PauseBar"));
const PauseDialog = later(() => import("../pause/PauseDialog"));

/** What surrounds every page. */
export function Frame() {
  const [over, setOver] = useState<"sheet" | "palette" | "pause">();
  useKeys({ openSheet: () => setOver("sheet"), openPalette: () => setOver("palette"), openPause: () => setOver("pause") });
  const isPaused = useSelect((state) => pausedOf(state) !== undefined);
  useFocusOnRoute();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto] md:grid-cols-[13.75rem_minmax(0,1fr)]">
      <a href="#main" className="btn fixed -top-20 left-2 z-30 focus:top-2">
        {t("app.skip")}
      </a>
      <div className="col-span-full min-w-0">
        <Header onShortcuts={() => setOver("sheet")} onPalette={() => setOver("palette")} onPause={() => setOver("pause")} />
        <Suspense>{isPaused && <PauseBar onChange={() => setOver("pause")} />}</Suspense>
      </div>
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
      <Suspense>
        {over === "sheet" && <Shortcuts onClose={() => setOver(undefined)} />}
        {over === "palette" && (
          <Palette
            onClose={() => setOver(undefined)}
            onShortcuts={() => setOver("sheet")}
            onPause={() => setOver("pause")}
          />
        )}
        {over === "pause" && <PauseDialog onClose={() => setOver(undefined)} />}
      </Suspense>
      <Notice />
      <Announcer />
    </div>
  );
}

/** Says that something has been done, for a few seconds. */
function Notice() {
  const notice = useNotice();
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 bottom-18 z-40 flex justify-center px-3 md:bottom-4">
      {notice && (
        <span className="rounded-lg border border-line bg-surface px-4 py-2 text-sm shadow-lg wrap-anywhere">{notice}</span>
      )}
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
