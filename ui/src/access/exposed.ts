import type { ExposeStatusResult } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";

/** Where others reach the control plane. */
export const exposed: Resource<ExposeStatusResult> = {
  key: "expose.status",
  load: (client) => client.call("expose.status", {}),
  isTouched: byCall(/^expose\./, /^(config\.changed|network\.changed)/),
};
