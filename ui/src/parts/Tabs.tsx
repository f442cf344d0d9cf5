import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

export interface Tab {
  to: LinkProps["to"];
  params?: Record<string, string>;
  text: ReactNode;
  /** Whether it is open although the address is another one. */
  isOpen?: boolean;
}

/** Parts of a page, each with an address of its own. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav aria-label={label} className="-mx-3 shrink-0 overflow-x-auto border-b border-line px-3 md:mx-0 md:px-0">
      <ul className="flex gap-1">
        {tabs.map(({ to, params, text, isOpen }, n) => (
          <li key={n}>
            <Link
              to={to}
              params={params as never}
              activeOptions={{ exact: true, includeSearch: false }}
              {...(isOpen && { "aria-current": "page" as const })}
              className="-mb-px flex min-h-9 items-center border-b-2 border-transparent px-2.5 text-sm whitespace-nowrap text-text-2 no-underline hover:text-text aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-text pointer-coarse:min-h-11"
            >
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
