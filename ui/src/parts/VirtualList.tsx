import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

interface Props<T> {
  items: readonly T[];
  keyOf: (item: T) => string | number;
  /** Height of a row in pixels, the same for all. */
  rowPx: number;
  label: string;
  children: (item: T, index: number) => ReactNode;
  /** Stays at the end while new rows come, until somebody scrolls up. */
  isFollowing?: boolean;
  onFollowing?: (isFollowing: boolean) => void;
  /** Called when the end comes into view. */
  onEnd?: () => void;
}

/** Rows that are made beyond what is seen, above and below. */
const OVERSCAN = 8;
/** This close to the end is at the end. */
const END_PX = 40;

/** A list of any length: only the rows that are seen exist. Says its length and each row's place aloud. */
export function VirtualList<T>({ items, keyOf, rowPx, label, children, isFollowing, onFollowing, onEnd }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setView({ top: element.scrollTop, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const lastTop = useRef(0);
  useEffect(() => {
    const element = scroller.current;
    if (!isFollowing || !element) return;
    element.scrollTop = element.scrollHeight;
    lastTop.current = element.scrollTop;
  }, [items, isFollowing]);
  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    setView({ top: element.scrollTop, height: element.clientHeight });
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
    if (isAtEnd) onEnd?.();
    // Rows that came meanwhile put the end further away; only who goes up leaves it.
    const hasGoneUp = element.scrollTop < lastTop.current - 1;
    lastTop.current = element.scrollTop;
    if (isAtEnd && isFollowing === false) onFollowing?.(true);
    if (hasGoneUp && !isAtEnd && isFollowing) onFollowing?.(false);
  };
  const first = Math.max(0, Math.floor(view.top / rowPx) - OVERSCAN);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowPx) + OVERSCAN);
  return (
    <div
      ref={scroller}
      onScroll={onScroll}
      tabIndex={0}
      role="group"
      aria-label={label}
      className="relative min-h-40 grow overflow-auto rounded-xl border border-line bg-surface"
    >
      <ul className="relative m-0 list-none p-0" style={{ height: items.length * rowPx }}>
        {items.slice(first, last).map((item, n) => (
          <li
            key={keyOf(item)}
            aria-setsize={items.length}
            aria-posinset={first + n + 1}
            className="absolute inset-x-0 overflow-hidden border-b border-line"
            style={{ top: (first + n) * rowPx, height: rowPx }}
          >
            {children(item, first + n)}
          </li>
        ))}
      </ul>
    </div>
  );
}
