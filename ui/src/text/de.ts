import { access } from "./de/access";
import { activity } from "./de/activity";
import { adapters } from "./de/adapters";
import { agents } from "./de/agents";
import { approvals } from "./de/approvals";
import { credentials } from "./de/credentials";
import { frame } from "./de/frame";
import { begin } from "./de/begin";
import { files } from "./de/files";
import { held } from "./de/held";
import { notify } from "./de/notify";
import { pause } from "./de/pause";
import { request } from "./de/request";
import { schedule } from "./de/schedule";
import { settings } from "./de/settings";
import { system } from "./de/system";
import { usage } from "./de/usage";
import type { Entry, TextKey } from "./text";

/** Every text in German; the compiler says which is missing. */
export const de: Record<TextKey, Entry> = {
  ...frame,
  ...access,
  ...activity,
  ...adapters,
  ...agents,
  ...approvals,
  ...credentials,
  ...schedule,
  ...settings,
  ...system,
  ...usage,
  ...begin,
  ...files,
  ...held,
  ...notify,
  ...pause,
  ...request,
};
