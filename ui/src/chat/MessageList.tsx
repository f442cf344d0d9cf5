import { ArrowDown } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Skeleton } from "../parts/Skeleton";
import { useSelect, useStore } from "../store/react";
import type { SessionView } from "../store/state";
import { PAGE_LEN } from "../store/store";
import { t } from "../text/text";
import { itemsOf } from "./items";
import { ItemView } from "./ItemView";
import { LiveTail } from "./LiveTail";

/** Closer to the end than this, and new text keeps the end in view. */
const FOLLOW_PX = 64;
/** Closer to the beginning than this, and older messages are fetched. */
const OLDER_PX = 240;

/** The conversation: the newest page, older ones as somebody scrolls up to them. */
export function MessageList({ view }: { view: SessionView }) {
  const store = useStore();
  const permissions = useSelect((state) => state.permissions);
  const outgoing = useSelect((state) => state.outgoing);
  const [nShown, setShown] = useState(PAGE_LEN);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const [isAway, setAway] = useState(false);
  const fromEnd = useRef(0);
  const lastTop = useRef(0);

  const toEnd = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    fromEnd.current = element.scrollHeight - element.scrollTop;
    const isNear = fromEnd.current - element.clientHeight < FOLLOW_PX;
    // Growth below moves the end away too; only a person moves the view up.
    const isUp = element.scrollTop < lastTop.current;
    lastTop.current = element.scrollTop;
    if (isNear) isFollowing.current = true;
    else if (isUp) isFollowing.current = false;
    setAway(!isFollowing.current);
    if (isNear && nShown > PAGE_LEN * 2) setShown(PAGE_LEN);
    if (element.scrollTop < OLDER_PX && !isFollowing.current) older();
  };
  const older = () => {
    if (view.messages.length > nShown) setShown(nShown + PAGE_LEN);
    else if (view.hasMore && !view.isLoadingOlder) {
      setShown(nShown + PAGE_LEN);
      void store.loadOlder(view.key);
    }
  };

  // What is read stays where it is when older messages arrive above it.
  const first = view.messages.at(-nShown)?.id ?? view.messages[0]?.id;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && !isFollowing.current) element.scrollTop = element.scrollHeight - fromEnd.current;
  }, [first]);
  // Any growth at the end is followed, whatever caused it.
  useEffect(() => {
    const element = content.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (isFollowing.current) toEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const nOutgoing = outgoing.filter((each) => each.session === view.key).length;
  useLayoutEffect(() => {
    if (nOutgoing === 0) return;
    isFollowing.current = true;
    toEnd();
  }, [nOutgoing]);

  const hasOlder = view.hasMore || view.messages.length > nShown;
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
          {view.isLoadingOlder && <p className="meta text-center">{t("chat.older")}</p>}
          {hasOlder && !view.isLoadingOlder && (
            <button type="button" className="btn btn-quiet justify-self-center" onClick={older}>
              {t("chat.showOlder")}
            </button>
          )}
          {!hasOlder && view.messages.length > 0 && <p className="meta text-center">{t("chat.begin")}</p>}
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
          onClick={() => {
            isFollowing.current = true;
            toEnd();
          }}
        >
          {t(view.stream ? "chat.newText" : "chat.toEnd")} <ArrowDown size={14} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
