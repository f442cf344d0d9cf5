import { Wrench } from "lucide-react";
import { Payload } from "../approval/Payload";
import { prettyJson, shortArguments } from "../format/payload";
import { duration, elapsed } from "../format/time";
import { Chip, type Tone } from "../parts/Chip";
import { useNow } from "../browser/now";
import type { ToolCallRecord, ToolCallStatus } from "../rpc/protocol";
import type { ShownCall } from "../store/state";
import { t } from "../text/text";
import { Diff } from "./Diff";
import { LongText } from "./LongText";

const TONES: Record<ToolCallStatus, Tone> = {
  pending: "mute",
  waiting: "ask",
  running: "run",
  completed: "ok",
  failed: "danger",
  unknown: "warn",
  handed_out: "ok",
};

/** Most lines shown of a program that runs. */
const LIVE_LINES_MAX = 6;
/** Most characters of them. */
const LIVE_CHARS_MAX = 2_000;

interface Props {
  call: ShownCall;
  /** Whether a person said no: that is an answer, not a failure. */
  isDenied?: boolean;
}

/** A tool call in one line: what, on what, how long, how it went. Opens to all of it. */
export function ToolRow({ call, isDenied = false }: Props) {
  const argument = shortArguments(call.arguments);
  const isFailed = call.status === "failed" && !isDenied;
  const row = (
    <details className="min-w-0 text-sm" open={isFailed || undefined} data-tool={call.name}>
      <summary className="flex min-h-8 list-none items-center gap-2 rounded-lg px-1.5 hover:bg-surface-2 pointer-coarse:min-h-11">
        <Wrench size={14} strokeWidth={1.5} aria-hidden="true" className="shrink-0 text-text-3" />
        <span className="shrink-0 font-medium">{call.name}</span>
        <span className="min-w-0 grow truncate font-mono text-code text-text-2">{argument}</span>
        <Elapsed call={call} />
        <Chip tone={TONES[call.status]}>{t(isDenied ? "tool.denied" : `tool.short.${call.status}`)}</Chip>
      </summary>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2 py-1.5 ps-7">
        {call.status === "unknown" && <p className="text-warn-text">{t("tool.unknown")}</p>}
        <Part title={t("tool.arguments")}>
          <Payload text={prettyJson(call.arguments)} label={t("tool.arguments")} />
        </Part>
        {call.record && (
          <Part title={t("tool.record")}>
            <Diff text={call.record} />
          </Part>
        )}
        <Part title={t("tool.result")}>
          {call.result ? <LongText text={call.result} /> : <p className="text-text-2">{t("tool.noResult")}</p>}
        </Part>
      </div>
    </details>
  );
  if (call.status !== "running" || !call.live) return row;
  return (
    <div className="min-w-0">
      {row}
      <pre data-live className="overflow-hidden text-ellipsis ps-7 font-mono text-code text-text-3">
        {lastLines(call.live)}
      </pre>
    </div>
  );
}

/** What a program that runs wrote last: enough to see that it goes on. */
function lastLines(text: string): string {
  return text.slice(-LIVE_CHARS_MAX).trimEnd().split("\n").slice(-LIVE_LINES_MAX).join("\n");
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <p className="mb-0.5 text-xs text-text-3">{title}</p>
      {children}
    </div>
  );
}

function Elapsed({ call }: { call: ToolCallRecord }) {
  const { started_at, completed_at, status } = call;
  if (started_at === undefined || started_at === null) return null;
  if (completed_at) return <span className="meta">{duration(completed_at - started_at)}</span>;
  return status === "running" ? <Ticking since={started_at} /> : null;
}

function Ticking({ since }: { since: number }) {
  return <span className="meta">{elapsed(useNow() - since)}</span>;
}

/** Calls of one tool in a row, folded into one line. */
export function ToolGroup({ calls }: { calls: ToolCallRecord[] }) {
  const name = calls[0]?.name ?? "";
  const tookMs = calls.reduce((all, { started_at, completed_at }) => all + ((completed_at ?? 0) - (started_at ?? 0)), 0);
  return (
    <details className="min-w-0 text-sm">
      <summary className="flex min-h-8 list-none items-center gap-2 rounded-lg px-1.5 hover:bg-surface-2 pointer-coarse:min-h-11">
        <Wrench size={14} strokeWidth={1.5} aria-hidden="true" className="shrink-0 text-text-3" />
        <span className="grow font-medium">{t("tool.group", { name, n: calls.length })}</span>
        <span className="meta">{duration(tookMs)}</span>
        <Chip tone="ok">{t("tool.short.completed")}</Chip>
      </summary>
      <div className="ps-5">
        {calls.map((call) => (
          <ToolRow key={call.id} call={call} />
        ))}
      </div>
    </details>
  );
}
