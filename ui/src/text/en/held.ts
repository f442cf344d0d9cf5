import { addTexts } from "../text";

export const held = {
  "held.title": { one: "{n} message is about to go out", other: "{n} messages are about to go out" },
  "held.to": "{adapter} → {to}",
  "held.left": "goes out in {duration}",
  "held.undo": "Undo",
  "held.undone": "It was taken back and does not go out",
} as const;

addTexts(held);
