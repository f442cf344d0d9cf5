import { ArrowDown } from "lucide-react";
import { useLayoutEffect, useState } from "react";
import { Skeleton } from "../parts/Skeleton";
import { useSelect, useStore } from "../store/react";
import type { SessionView } from "../store/state";
import { PAGE_LEN } from "../store/store";
import { t } from "../text/text";
import { itemsOf } from "./items";
import { ItemView } from "./ItemView";
import { LiveTail } from "./LiveTail";
import { useFollow } from "./useFollow";

/** The conversation: the newest page, older ones as somebody scrolls up to them. */
export function MessageList({ view }: { view: SessionView }) {
  const permissions = useSelect((state) => state.permissions);
  const nOutgoing = useSelect((state) => state.outgoing.filter((each) => each.session === view.key).length);
  const { nShown, hasOlder, older, forget } = useWindow(view);
  const first = view.messages.at(-nShown)?.id ?? view.messages[0]?.id;
  const { scroller, content, onScroll, isAway, toEnd } = useFollow(first, older, forget);
  useLayoutEffect(() => {
    // Whoever sends wants to see the answer.
    if (nOutgoing > 0) toEnd();
  }, [nOutgoing]);
  return (
    <div className="relative min-h-0 grow">
      <div
        ref={scroller}
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label={t("chat.log")}
        tabIndex={0}
        className="absolute inset-0 overflow-y-auto [overflow-anchor:none] -outline-offset-2"
      >
        <div ref={content} className="mx-auto grid max-w-[52rem] grid-cols-[minmax(0,1fr)] gap-1 px-3 pt-3 pb-4 md:px-6">
          {view.load === "loading" && <Skeleton lines={6} label={t("chat.loading")} />}
          <Beginning view={view} hasOlder={hasOlder} onOlder={older} />
          {itemsOf(view, permissions, nShown).map((item) => (
            <ItemView key={item.key} item={item} />
          ))}
          <LiveTail view={view} />
        </div>
      </div>
      {isAway && (
        <button
          type="button"
          className="btn absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-md"
          onClick={toEnd}
        >
          {t(view.stream ? "chat.newText" : "chat.toEnd")} <ArrowDown size={14} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

function Beginning({ view, hasOlder, onOlder }: { view: SessionView; hasOlder: boolean; onOlder: () => void }) {
  if (view.isLoadingOlder) return <p className="meta text-center">{t("chat.older")}</p>;
  if (hasOlder) {
    return (
      <button type="button" className="btn btn-quiet justify-self-center" onClick={onOlder}>
        {t("chat.showOlder")}
      </button>
    );
  }
  return view.messages.length > 0 ? <p className="meta text-center">{t("chat.begin")}</p> : null;
}

/** How many of the newest messages are on the page. Back at the end, the old ones go again. */
function useWindow(view: SessionView) {
  const store = useStore();
  const [nShown, setShown] = useState(PAGE_LEN);
  const older = () => {
    if (view.isLoadingOlder) return;
    setShown(nShown + PAGE_LEN);
    if (view.messages.length <= nShown) void store.loadOlder(view.key);
  };
  const forget = () => {
    if (nShown > PAGE_LEN * 2) setShown(PAGE_LEN);
  };
  return { nShown, hasOlder: view.hasMore || view.messages.length > nShown, older, forget };
}
