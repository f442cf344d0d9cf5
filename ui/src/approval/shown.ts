import { useEffect, type RefObject } from "react";

/** Says once that a person is shown an element: it is in view, on a page that is not hidden. */
export function useShown(element: RefObject<HTMLElement | null>, isNew: boolean, onShown: () => void): void {
  useEffect(() => {
    const target = element.current;
    if (!target || !isNew) return;
    let isInView = false;
    let isTold = false;
    const look = () => {
      if (isTold || !isInView || document.visibilityState !== "visible") return;
      isTold = true;
      onShown();
    };
    const observer = new IntersectionObserver((entries) => {
      isInView = entries.some((entry) => entry.isIntersecting);
      look();
    });
    observer.observe(target);
    document.addEventListener("visibilitychange", look);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", look);
    };
  }, [element, isNew]);
}
