import { ApprovalCard } from "../approval/ApprovalCard";
import { GrowingMarkdown } from "../markdown/Markdown";
import { pendingOf } from "../keys/keys";
import { useSelect, useStore } from "../store/react";
import type { Outgoing, SessionView } from "../store/state";
import { t } from "../text/text";
import { draftOf, saveDraft } from "./drafts";
import { Reasoning, Speaker, UserMessage } from "./ItemView";

/** What is not recorded yet: the reply being written, messages on their way, and what waits. */
export function LiveTail({ view }: { view: SessionView }) {
  const outgoing = useSelect((state) => state.outgoing);
  const ours = outgoing.filter((each) => each.session === view.key);
  return (
    <>
      <Stray view={view} />
      <Writing view={view} />
      {view.mishap?.willRetry && (
        <p className="text-sm text-warn-text">{t("chat.retrying", { message: view.mishap.message })}</p>
      )}
      {ours.map((each) => (
        <OutgoingMessage key={each.key} outgoing={each} />
      ))}
    </>
  );
}

/** Approvals whose call is not on the page: without this they could not be answered here. */
function Stray({ view }: { view: SessionView }) {
  const permissions = useSelect((state) => state.permissions);
  const shown = new Set(
    view.messages.flatMap((message) =>
      message.parts.flatMap((part) => (part.kind === "tool_call" ? [`${message.turn_id}/${part.value.id}`] : [])),
    ),
  );
  const stray = pendingOf({ permissions }).filter(
    (each) => each.session_key === view.key && !shown.has(`${each.turn_id}/${each.tool_call_id}`),
  );
  return stray.map((permission) => (
    <div key={permission.id} className="py-1">
      <ApprovalCard permission={permission} />
    </div>
  ));
}

function Writing({ view }: { view: SessionView }) {
  const { stream, activeTurnId } = view;
  const turn = activeTurnId ? view.turns[activeTurnId] : undefined;
  const agent = turn?.agent_id ?? view.agentId ?? "main";
  const hasSpoken = view.messages.some((each) => each.turn_id === activeTurnId && each.role === "assistant");
  if (!stream) {
    if (!activeTurnId || turn?.status === "parked") return null;
    return (
      <p className="mt-2 flex items-center gap-2 text-sm text-text-2">
        <span aria-hidden="true" className="pulse text-accent">
          ◌
        </span>
        {t("chat.working", { agent })}
      </p>
    );
  }
  return (
    <div data-writing>
      {!hasSpoken && <Speaker who={agent} at={turn?.started_at ?? Date.now()} />}
      {stream.reasoning && <Reasoning text={stream.reasoning} />}
      <GrowingMarkdown text={stream.text} />
    </div>
  );
}

function OutgoingMessage({ outgoing }: { outgoing: Outgoing }) {
  const store = useStore();
  const { key, session, text, attachments, mode, state, error } = outgoing;
  const takeBack = () => {
    const draft = draftOf(session);
    saveDraft(session, draft ? `${draft}\n${text}` : text);
    store.takeBack(key);
    dispatchEvent(new CustomEvent("nexus:draft", { detail: session }));
  };
  const note =
    state === "failed" ? (
      <div role="alert" className="flex flex-wrap items-center justify-end gap-2 text-sm text-danger-text">
        {t("chat.notSent", { message: `${error?.message ?? ""} ${error?.hint ?? ""}` })}
        <button type="button" className="btn" onClick={() => void store.send(session, text, mode, attachments, key)}>
          {t("chat.retry")}
        </button>
        <button type="button" className="btn" onClick={takeBack}>
          {t("chat.edit")}
        </button>
      </div>
    ) : (
      <span className="meta justify-self-end">{t("chat.sending")}</span>
    );
  const files = attachments.map(({ id, filename, content_type }) => ({
    name: filename,
    type: content_type,
    image: content_type.startsWith("image/") ? { blob: id, content_type } : undefined,
  }));
  return <UserMessage text={text} files={files} note={note} />;
}
