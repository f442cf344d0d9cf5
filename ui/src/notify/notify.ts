import type { Notice } from "./notices";

/** Where it is kept that somebody does not want notices here although the browser would show them. */
const KEY = "nexus.notify";

/** Whether notices are shown in this browser, and what is in the way. */
export type Standing = "on" | "off" | "denied" | "none";

export function standing(): Standing {
  if (typeof Notification === "undefined" || !isSecureContext) return "none";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" && localStorage.getItem(KEY) !== "off" ? "on" : "off";
}

/** Asks the browser, which asks the person: only ever after a click. */
export async function turnOn(): Promise<Standing> {
  localStorage.removeItem(KEY);
  if (standing() === "off") await Notification.requestPermission();
  return standing();
}

export function turnOff(): Standing {
  localStorage.setItem(KEY, "off");
  return standing();
}

/** What the system shows for this tab. */
const shown = new Map<string, { body: string; notification: Notification }>();

/** Has the system show these notices and no others; `open` hears which was pressed. */
export function show(notices: readonly Notice[], title: string, open: (notice: Notice) => void): void {
  const wanted = standing() === "on" ? notices : [];
  for (const [tag, { notification }] of shown) {
    if (wanted.some((notice) => notice.tag === tag)) continue;
    shown.delete(tag);
    notification.close();
  }
  for (const notice of wanted) {
    const { tag, body, isUrgent } = notice;
    if (shown.get(tag)?.body === body) continue;
    try {
      const notification = new Notification(title, { body, tag, requireInteraction: isUrgent });
      notification.onclick = () => {
        window.focus();
        open(notice);
      };
      shown.set(tag, { body, notification });
    } catch {
      // Some browsers on phones have the name and not the thing.
    }
  }
}
