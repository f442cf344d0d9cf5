import type { RequestsGetResult, StageOutcome } from "../rpc/protocol";
import { STAGES } from "./stages";

export type Look = "stage" | "agent" | "tool" | "ask" | "failed" | "skipped" | "none";

/** One row of the waterfall. Times in milliseconds since the request began. */
export interface Span {
  key: string;
  label: string;
  note?: string;
  isChild: boolean;
  look: Look;
  startMs: number;
  lengthMs: number;
  /** Whether it goes on. */
  isOpen: boolean;
}

const LOOKS: Record<StageOutcome, Look> = { passed: "stage", skipped: "skipped", ended: "stage", failed: "failed" };

/** All eight stages, and under the sixth what the agent did and what it waited for. */
export function spansOf(value: RequestsGetResult, now: number): { spans: Span[]; totalMs: number } {
  const { request } = value;
  const base = request.started_at;
  const spans: Span[] = [];
  STAGES.forEach((stage, n) => {
    const trace = request.stages.find((candidate) => candidate.stage === stage);
    const isActive = !trace && !request.completed_at && request.stage === stage;
    const look = trace ? LOOKS[trace.outcome] : isActive ? "stage" : "none";
    const lastEnd = spans.filter((span) => !span.isChild).at(-1);
    const startMs = trace ? trace.started_at - base : isActive && lastEnd ? lastEnd.startMs + lastEnd.lengthMs : 0;
    const lengthMs = trace ? trace.duration_us / 1_000 : isActive ? Math.max(0, now - base - startMs) : 0;
    spans.push({
      key: stage,
      label: `${n + 1} ${stage}`,
      note: trace?.note || undefined,
      isChild: false,
      look: stage === "runAgent" && look === "stage" ? "agent" : look,
      startMs: Math.max(0, startMs),
      lengthMs,
      isOpen: isActive,
    });
    if (stage === "runAgent") spans.push(...childrenOf(value, now));
  });
  const end = Math.max(...spans.map((span) => span.startMs + span.lengthMs), (request.completed_at ?? base) - base);
  return { spans, totalMs: Math.max(1, end) };
}

function childrenOf({ request, toolCalls, permissions }: RequestsGetResult, now: number): Span[] {
  const base = request.started_at;
  const asks = permissions.map((permission): Span => {
    const end = permission.resolved_at ?? (permission.status === "pending" ? now : permission.created_at);
    return {
      key: permission.id,
      label: permission.action.summary,
      note: permission.status,
      isChild: true,
      look: "ask",
      startMs: permission.created_at - base,
      lengthMs: end - permission.created_at,
      isOpen: permission.status === "pending",
    };
  });
  const calls = toolCalls.flatMap((call): Span[] => {
    if (call.started_at === undefined || call.started_at === null) return [];
    const isOpen = call.status === "running";
    const end = call.completed_at ?? (isOpen ? now : call.started_at);
    return [
      {
        key: `${call.turn_id}/${call.id}`,
        label: call.name,
        isChild: true,
        look: call.status === "failed" ? "failed" : "tool",
        startMs: call.started_at - base,
        lengthMs: end - call.started_at,
        isOpen,
      },
    ];
  });
  return [...asks, ...calls].sort((a, b) => a.startMs - b.startMs);
}

/** Milliseconds by who had them: the agent's model, its tools, the person, Nexus itself. */
export function timeSplit(spans: Span[]): { model: number; tools: number; you: number; nexus: number } {
  const sum = (looks: Look[], isChild: boolean) =>
    spans.filter((s) => s.isChild === isChild && looks.includes(s.look)).reduce((all, s) => all + s.lengthMs, 0);
  const agent = spans.find((span) => span.key === "runAgent")?.lengthMs ?? 0;
  const you = Math.min(sum(["ask"], true), agent);
  const tools = Math.min(sum(["tool", "failed"], true), agent - you);
  const stages = spans.filter((span) => !span.isChild && span.key !== "runAgent");
  const nexus = stages.reduce((all, span) => all + span.lengthMs, 0);
  return { model: Math.max(0, agent - you - tools), tools, you, nexus };
}
