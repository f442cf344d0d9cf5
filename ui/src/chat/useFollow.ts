import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Closer to the end than this, and new text keeps the end in view. */
const FOLLOW_PX = 64;
/** Closer to the beginning than this, and older messages are wanted. */
const OLDER_PX = 240;

interface Follow {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  /** Whether somebody reads further up. */
  isAway: boolean;
  /** Goes to the end and stays there. */
  toEnd: () => void;
}

/**
 * Keeps the end of a growing list in view until somebody scrolls up, and keeps what is read where
 * it is when older items arrive above it. `first` names the first item that is shown.
 */
export function useFollow(first: string | undefined, onOlder: () => void, onEnd: () => void): Follow {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const fromEnd = useRef(0);
  const lastTop = useRef(0);
  const [isAway, setAway] = useState(false);

  const jump = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  const toEnd = () => {
    isFollowing.current = true;
    jump();
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
    if (isNear) onEnd();
    else if (!isFollowing.current && element.scrollTop < OLDER_PX) onOlder();
  };

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && !isFollowing.current) element.scrollTop = element.scrollHeight - fromEnd.current;
  }, [first]);
  // Any growth at the end is followed, whatever caused it.
  useEffect(() => {
    const element = content.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (isFollowing.current) jump();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { scroller, content, onScroll, isAway, toEnd };
}
