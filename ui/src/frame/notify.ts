/** Tells of something that waits while nobody sees this page, if the person allowed it. Never its content. */
export function notify(id: string, title: string, body: string): void {
  if (document.visibilityState === "visible" || typeof Notification === "undefined") return;
  if (Notification.permission !== "granted") return;
  try {
    const notice = new Notification(title, { body, tag: id });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
  } catch {
    // Some browsers on phones have the name and not the thing.
  }
}
