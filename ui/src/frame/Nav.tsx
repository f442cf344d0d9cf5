import { Link } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { Suspense, useState } from "react";
import { later } from "../browser/later";
import { useSelect } from "../store/react";
import { t } from "../text/text";
import { GROUPS, type Place, PLACES } from "./places";

const More = later(() => import("./More"));

export function Sidebar() {
  const server = useSelect((state) => state.connection.hello?.server);
  return (
    <nav
      aria-label={t("nav.label")}
      className="row-span-1 hidden min-h-0 flex-col overflow-y-auto border-r border-line bg-surface p-2 md:flex"
    >
      {GROUPS.map((group) => (
        <section key={group} aria-labelledby={`nav-${group}`}>
          <h2 id={`nav-${group}`} className="px-2.5 pt-3 pb-1 text-xs font-semibold text-text-3">
            {t(`nav.group.${group}`)}
          </h2>
          <ul className="grid gap-px">
            {PLACES.filter((place) => place.group === group).map((place) => (
              <li key={place.to}>
                <PlaceLink place={place} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {server && (
        <p className="mt-auto px-2.5 pt-4 pb-1 text-xs wrap-anywhere text-text-3">
          {t("nav.host", { host: server.host, version: server.version })}
        </p>
      )}
    </nav>
  );
}

/** One page among the others; `onGo` hears of it before it is gone to. */
export function PlaceLink({ place, onGo }: { place: Place; onGo?: () => void }) {
  const { to, text, icon: Icon } = place;
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === "/", includeSearch: false }}
      onClick={onGo}
      className="flex min-h-8 items-center gap-2.5 rounded-lg px-2.5 text-text no-underline hover:bg-surface-2 aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent-text pointer-coarse:min-h-11"
    >
      <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
      {t(text)}
      {to === "/approvals" && <Waiting className="ms-auto" />}
    </Link>
  );
}

function Waiting({ className }: { className: string }) {
  const n = useSelect((state) => Object.values(state.permissions).filter((p) => p.status === "pending").length);
  if (n === 0) return null;
  return (
    <span className={`rounded-full bg-ask px-1.5 text-xs leading-5 font-semibold text-on-ask ${className}`}>
      {n}
      <span className="sr"> {t("nav.waiting")}</span>
    </span>
  );
}

const BAR =
  "relative flex min-w-0 grow basis-0 flex-col items-center justify-center gap-0.5 text-[0.6875rem] text-text-2 no-underline aria-[current=page]:text-accent-text";

export function BottomBar() {
  const [isOpen, setOpen] = useState(false);
  return (
    <nav
      aria-label={t("nav.label")}
      className="flex h-15 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {PLACES.filter(({ isInBar }) => isInBar).map(({ to, text, icon: Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }} className={BAR}>
          <Icon size={18} strokeWidth={1.5} aria-hidden="true" />
          {t(text)}
          {to === "/approvals" && <Waiting className="absolute top-1 left-1/2 ms-2" />}
        </Link>
      ))}
      <button type="button" className={BAR} onClick={() => setOpen(true)}>
        <Ellipsis size={18} strokeWidth={1.5} aria-hidden="true" />
        {t("nav.more")}
      </button>
      {isOpen && (
        <Suspense>
          <More onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </nav>
  );
}
