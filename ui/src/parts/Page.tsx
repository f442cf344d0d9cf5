import type { ReactNode } from "react";
import { useTitle } from "../frame/title";

interface Props {
  title: string;
  sub?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Its height is that of the window, and what is inside scrolls: for long lists. */
  isFull?: boolean;
}

/** A page: its heading, what can be done with all of it, and what is in it. */
export function Page({ title, sub, actions, children, isFull = false }: Props) {
  useTitle(title);
  return (
    <div className={isFull ? "flex min-h-0 grow flex-col" : "min-h-0 grow overflow-y-auto"}>
      <div
        className={`flex w-full max-w-[75rem] flex-col gap-3 px-3 py-3.5 md:px-6 md:py-5 ${isFull ? "min-h-0 grow" : ""}`}
      >
        <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
          <div className="min-w-0 grow">
            <h1 tabIndex={-1} className="text-xl font-semibold wrap-anywhere">
              {title}
            </h1>
            {sub && <p className="mt-0.5 text-sm text-text-2">{sub}</p>}
          </div>
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}

/** What stands where there is nothing: what this is, and what can be done. */
export function Empty({ children }: { children: ReactNode }) {
  return <p className="card text-sm text-text-2">{children}</p>;
}
