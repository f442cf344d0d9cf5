import type { Tone } from "../parts/Chip";
import type { AdapterState, AdapterView, AdaptersInfoResult, AdaptersLogsResult } from "../rpc/protocol";
import type { Resource } from "../store/resource";

export const TONES: Record<AdapterState, Tone> = {
  running: "ok",
  starting: "run",
  draining: "run",
  backing_off: "warn",
  degraded: "warn",
  failed: "danger",
  suspended: "mute",
  stopped: "mute",
};

const URGENCY: readonly AdapterState[] = ["failed", "backing_off", "degraded", "suspended", "stopped", "draining", "starting", "running"];

/** What needs a person first. */
export function byUrgency(a: AdapterView, b: AdapterView): number {
  return URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) || a.name.localeCompare(b.name);
}

const isAbout = (name: string) => (type: string, properties: unknown) => {
  if (type === "config.changed") return true;
  const { adapter } = properties as { adapter?: string };
  // Events name the account too.
  return type.startsWith("adapter.") && adapter?.split("/")[0] === name;
};

export function adapterInfo(name: string): Resource<AdaptersInfoResult> {
  return { key: `adapters.info ${name}`, load: (client) => client.call("adapters.info", { name }), isTouched: isAbout(name) };
}

/** Lines of a log that are shown. */
const LOG_LINES_MAX = 500;

export function adapterLog(name: string): Resource<AdaptersLogsResult> {
  const load: Resource<AdaptersLogsResult>["load"] = (client) =>
    client.call("adapters.logs", { name, lines: LOG_LINES_MAX });
  // Whatever an adapter does for Nexus leaves an event, and most of it a line.
  const isTouched = (type: string, properties: unknown) => type.startsWith("adapter.out.") || isAbout(name)(type, properties);
  return { key: `adapters.logs ${name}`, load, isTouched };
}
