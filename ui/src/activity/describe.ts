import type { Tone } from "../parts/Chip";
import type { RecordedEvent } from "../store/state";

/** What happens so often, and means so little alone, that it is folded away. */
const ROUTINE = /^(nex\.request\.stage|turn\.updated|adapter\.out\.sending|permission\.updated)$/;

export function isRoutine({ type, properties }: RecordedEvent): boolean {
  if (ROUTINE.test(type)) return true;
  // A decision that allowed stands in the audit; here it is noise.
  return type === "acl.decision" && (properties as { verdict?: string }).verdict === "allow";
}

/** Values that tell what an event is about, in the order in which they are shown. */
const TELLING = [
  "purpose",
  "name",
  "summary",
  "action",
  "verdict",
  "tool",
  "adapter",
  "agent_id",
  "session_key",
  "state",
  "status",
  "stage",
  "outcome",
  "target",
  "what",
  "channel",
  "budget",
  "model",
  "version",
  "paths",
  "reason",
  "error",
  "message",
  "excerpt",
  "note",
];

const LEN_MAX = 400;

/** An event in one line. */
export function describe({ type, properties }: RecordedEvent): string {
  const values = properties as Record<string, unknown>;
  if (type === "permission.requested") {
    const { action, agent_id } = values["permission"] as { action?: { summary: string }; agent_id?: string };
    return `${agent_id ?? ""} · ${action?.summary ?? ""}`.slice(0, LEN_MAX);
  }
  if (type === "message.recorded") {
    const { role, parts } = values["message"] as { role: string; parts: { kind: string; value: unknown }[] };
    const text = parts.map(({ kind, value }) => (typeof value === "string" ? value.slice(0, LEN_MAX) : kind)).join(" ");
    return `${role} · ${text}`.slice(0, LEN_MAX);
  }
  const said = TELLING.flatMap((key) => {
    const value = values[key];
    if (typeof value === "string" && value !== "") return [value.slice(0, LEN_MAX)];
    if (Array.isArray(value) && value.every((each) => typeof each === "string")) return [value.join(", ").slice(0, LEN_MAX)];
    return [];
  });
  return said.join(" · ").slice(0, LEN_MAX);
}

/** Whether something went wrong, waits or went well. */
export function toneOf({ type, properties }: RecordedEvent): Tone {
  const { status, verdict, outcome, state, error } = properties as Record<string, unknown>;
  if (type === "permission.requested" || verdict === "ask") return "ask";
  if (/error|violation|rejected|exhausted/.test(type) || (typeof error === "string" && error !== "")) return "danger";
  const word = [status, verdict, outcome, state].find((each) => typeof each === "string");
  if (word === "failed" || word === "deny" || word === "denied" || word === "errored") return "danger";
  if (/warned|backing_off|degraded|unknown|expired/.test(`${type} ${String(word)}`)) return "warn";
  if (/started|created|sending|queued/.test(type)) return "run";
  if (/completed|sent|allow|approved/.test(`${type} ${String(word)}`)) return "ok";
  return "mute";
}

/** The request an event belongs to, if it says so. */
export function requestOf({ properties }: RecordedEvent): string | undefined {
  const { request_id, request_ids, permission } = properties as Record<string, unknown>;
  if (typeof request_id === "string") return request_id;
  if (Array.isArray(request_ids) && typeof request_ids[0] === "string") return request_ids[0];
  return (permission as { request_id?: string } | undefined)?.request_id;
}

/** Whether an event has all that is asked for: words, and `type:`, `agent:`, `session:`, `status:` with the beginning of a value. */
export function matcher(query: string): (event: RecordedEvent) => boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return (event) => words.every((word) => hasWord(event, word));
}

function hasWord(event: RecordedEvent, word: string): boolean {
  const [, key, asked] = /^(type|agent|session|status):(.*)$/.exec(word) ?? [];
  if (key === undefined || asked === undefined) return `${event.type} ${describe(event)}`.toLowerCase().includes(word);
  if (key === "type") return event.type.startsWith(asked);
  if (key === "status") return asked === "error" ? toneOf(event) === "danger" : statusOf(event).startsWith(asked);
  const values = event.properties as Record<string, unknown>;
  const inner = (values["permission"] ?? {}) as Record<string, unknown>;
  const field = key === "agent" ? "agent_id" : "session_key";
  return String(values[field] ?? inner[field] ?? "").toLowerCase().startsWith(asked);
}

function statusOf({ properties }: RecordedEvent): string {
  const { status, verdict, outcome, state } = properties as Record<string, unknown>;
  return String(status ?? verdict ?? outcome ?? state ?? "");
}
