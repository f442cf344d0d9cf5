import { Link } from "@tanstack/react-router";
import { memo, Suspense, useState } from "react";
import { ApprovalCard } from "../approval/ApprovalCard";
import { Payload } from "../approval/Payload";
import { costText, tokensText } from "../format/amount";
import { duration, timeOfDay } from "../format/time";
import { Markdown } from "../markdown/Markdown";
import { ErrorPanel } from "../parts/ErrorPanel";
import { later } from "../browser/later";
import type { Turn } from "../rpc/protocol";
import { t } from "../text/text";
import type { ShownFile } from "./files/content";
import type { Item } from "./items";
import { EditInCopy } from "./EditInCopy";
import { ToolGroup, ToolRow } from "./ToolRow";

const ShownFiles = later(() => import("./files/ShownFiles"));

/** One thing in the list of a conversation. */
export const ItemView = memo(
  function ItemView({ item }: { item: Item }) {
    switch (item.kind) {
      case "user":
        return (
          <UserMessage
            text={item.text}
            files={item.files}
            at={item.message.created_at}
            note={<EditInCopy text={item.text} id={item.message.id} />}
          />
        );
      case "heading":
        return <Speaker who={item.agent} at={item.at} />;
      case "text":
        return <Reply text={item.text} />;
      case "reasoning":
        return <Reasoning text={item.text} />;
      case "tool":
        return <ToolRow call={item.call} isDenied={item.isDenied} />;
      case "tools":
        return <ToolGroup calls={item.calls} />;
      case "permission":
        return (
          <div className="py-1">
            <ApprovalCard permission={item.permission} />
          </div>
        );
      case "end":
        return <TurnEnd turn={item.turn} />;
    }
  },
  (before, after) => isSame(before.item, after.item),
);

/** Items are laid out anew on every change; what they show mostly is not. */
function isSame(a: Item, b: Item): boolean {
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  // What came with a message never changes, and is laid out anew each time.
  return Object.keys(left).every((key) => left[key] === right[key] || key === "files");
}

export function Speaker({ who, at }: { who: string; at: number }) {
  return (
    <h2 className="mt-3 flex items-baseline gap-2 text-sm font-semibold">
      {who}
      <span className="meta font-normal">{timeOfDay(at)}</span>
    </h2>
  );
}

/** Longest message that stands in its bubble. */
const SAID_LEN_MAX = 20_000;

interface UserProps {
  text: string;
  files?: readonly ShownFile[];
  at?: number;
  note?: React.ReactNode;
}

export function UserMessage({ text, files = [], at, note }: UserProps) {
  return (
    <article className="mt-3 grid max-w-[85%] gap-0.5 justify-self-end">
      <h2 className="flex items-baseline justify-end gap-2 text-sm font-semibold">
        {t("chat.you")}
        {at !== undefined && <span className="meta font-normal">{timeOfDay(at)}</span>}
      </h2>
      {text.length > SAID_LEN_MAX ? (
        <Payload text={text} label={t("chat.log")} />
      ) : (
      <p className="justify-self-end rounded-xl rounded-se-sm bg-accent-soft px-3.5 py-2 text-prose whitespace-pre-wrap wrap-anywhere">
        {text}
      </p>
      )}
      {files.length > 0 && (
        <Suspense>
          <ShownFiles files={files} />
        </Suspense>
      )}
      {note}
    </article>
  );
}

function Reply({ text }: { text: string }) {
  return (
    <div className="group relative py-0.5" data-reply>
      <Markdown text={text} />
      <CopyButton text={text} />
    </div>
  );
}

function CopyButton({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
  };
  return (
    <button
      type="button"
      className="absolute -top-5 right-0 min-h-6 rounded-md bg-surface px-2 text-xs text-text-2 opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
      aria-label={t("chat.copyMessage")}
      onClick={() => void copy()}
    >
      {isCopied ? t("chat.copied") : t("chat.copy")}
    </button>
  );
}

export function Reasoning({ text }: { text: string }) {
  return (
    <details className="text-sm text-text-2">
      <summary className="inline-flex min-h-6 items-center">{t("chat.reasoning")}</summary>
      <p className="border-s-2 border-line ps-3 whitespace-pre-wrap wrap-anywhere">{text}</p>
    </details>
  );
}

function TurnEnd({ turn }: { turn: Turn }) {
  const tookMs = (turn.completed_at ?? turn.started_at) - turn.started_at;
  const facts = [turn.model, duration(Math.max(1, tookMs)), tokensText(turn.usage), costText(turn.cost)].filter(Boolean);
  return (
    <div className="mb-1 grid gap-2">
      {turn.status === "failed" && turn.error && (
        <ErrorPanel what={t("chat.turnFailed")} why={turn.error.message} fix={turn.error.hint} code={turn.error.kind} />
      )}
      <p className="flex flex-wrap items-center gap-x-2 text-xs text-text-3">
        {turn.status === "aborted" && <span className="font-medium text-text-2">■ {t("chat.turnAborted")}</span>}
        <span>{facts.join(" · ")}</span>
        {turn.request_id && (
          <Link to="/r/$id" params={{ id: turn.request_id }} className="inline-flex min-h-6 items-center">
            {t("chat.trace")}
          </Link>
        )}
      </p>
    </div>
  );
}
