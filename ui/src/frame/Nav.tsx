import { Link } from "@tanstack/react-router";
import { House, MessageSquare } from "lucide-react";
import { useSelect } from "../store/react";
import { t, type TextKey } from "../text/text";

interface Place {
  to: "/" | "/chat";
  text: TextKey;
  icon: typeof House;
}

const PLACES: readonly Place[] = [
  { to: "/", text: "nav.home", icon: House },
  { to: "/chat", text: "nav.chat", icon: MessageSquare },
];

export function Sidebar() {
  const server = useSelect((state) => state.connection.hello?.server);
  return (
    <nav
      aria-label={t("nav.label")}
      className="row-span-1 hidden min-h-0 flex-col overflow-y-auto border-r border-line bg-surface p-2 md:flex"
    >
      <ul className="grid gap-px pt-1">
        {PLACES.map(({ to, text, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === "/" }}
              className="flex min-h-8 items-center gap-2.5 rounded-lg px-2.5 text-text no-underline hover:bg-surface-2 aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent-text pointer-coarse:min-h-11"
            >
              <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
              {t(text)}
            </Link>
          </li>
        ))}
      </ul>
      {server && (
        <p className="mt-auto px-2.5 pt-4 pb-1 text-xs wrap-anywhere text-text-3">
          {t("nav.host", { host: server.host, version: server.version })}
        </p>
      )}
    </nav>
  );
}

export function BottomBar() {
  return (
    <nav
      aria-label={t("nav.label")}
      className="flex h-15 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {PLACES.map(({ to, text, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === "/" }}
          className="flex grow basis-0 flex-col items-center justify-center gap-0.5 text-[0.6875rem] text-text-2 no-underline aria-[current=page]:text-accent-text"
        >
          <Icon size={18} strokeWidth={1.5} aria-hidden="true" />
          {t(text)}
        </Link>
      ))}
    </nav>
  );
}
