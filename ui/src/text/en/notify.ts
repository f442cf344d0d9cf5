import { addTexts } from "../text";

export const notify = {
  "notify.title": "Notifications in this browser",
  "notify.isOn": "on",
  "notify.isOff": "off",
  "notify.on": "You are told here when something waits for you and this page is hidden.",
  "notify.off": "So that nothing waits for you unseen. Only what kind of thing waits is said, never its content.",
  "notify.denied": "The browser refuses notifications for this page; allow them in its settings for this address.",
  "notify.none": "This browser has no notifications here; the tray application has.",
  "notify.turnOn": "Turn on",
  "notify.turnOff": "Turn off",
} as const;

addTexts(notify);
