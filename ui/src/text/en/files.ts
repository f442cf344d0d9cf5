import { addTexts } from "../text";

export const files = {
  "files.list": "Files that go with the message",
  "files.came": "Files that came with the message",
  "files.picture": "Picture {name}",
  "files.gone": "{name} is no longer kept",
  "files.drop": "Remove",
  "files.sending": "Handing {name} in",
  "files.cancelled": "It was removed",
  "files.unfinished": "The file could not be handed in whole",
  "files.refused.empty": "It is empty",
  "files.refused.picture": "{size} is too large: pictures have at most 8 MiB",
  "files.refused.text": "{size} is too long: text has at most 128 KiB",
  "files.refused.kind": "Only pictures (PNG, JPEG, GIF, WebP) and text are taken",
  "files.refused.many": "A message takes at most 8 files",
} as const;

addTexts(files);
