import type { Request, Stage, StageTrace } from "../rpc/protocol";

/** The eight stages, in order. All of them are always shown. */
export const STAGES: readonly Stage[] = [
  "receiveEvent",
  "resolveIdentity",
  "resolveAccess",
  "runAutomations",
  "assembleContext",
  "runAgent",
  "deliverResponse",
  "finalize",
];

export function isFinal({ status }: Pick<Request, "status">): boolean {
  return status !== "processing" && status !== "queued" && status !== "parked";
}

export type StageState = "passed" | "skipped" | "ended" | "failed" | "active" | "waiting" | "none";

/** How each stage stands; a request at work is in the stage it entered last. */
export function stageStates(request: Request): StageState[] {
  const traces = new Map<Stage, StageTrace>(request.stages.map((trace) => [trace.stage, trace]));
  return STAGES.map((stage) => {
    const trace = traces.get(stage);
    if (trace) return trace.outcome;
    if (isFinal(request) || stage !== request.stage) return "none";
    return request.status === "parked" ? "waiting" : "active";
  });
}
