import { Dialog } from "@base-ui/react/dialog";
import { useParams } from "@tanstack/react-router";
import { PanelLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTitle } from "../frame/title";
import { CallError } from "../parts/ErrorPanel";
import { useSelect, useStore } from "../store/react";
import type { SessionView } from "../store/state";
import { t } from "../text/text";
import { Composer } from "./Composer";
import { rememberSession } from "./drafts";
import { textOf } from "./items";
import { Labels } from "./Labels";
import { MessageList } from "./MessageList";
import { SessionRail } from "./SessionRail";

/** Talk to an agent; watch and steer its run. */
export function ChatPage() {
  const { session: key } = useParams({ from: "/chat/$session" });
  const store = useStore();
  useEffect(() => {
    store.openSession(key);
    rememberSession(key);
  }, [store, key]);
  const view = useSelect((state) => state.sessions[key]);
  const listed = useSelect((state) => state.sessionList.value?.find((session) => session.key === key));
  const model = Object.values(view?.turns ?? {}).findLast((turn) => turn.model)?.model;
  const agent = view?.agentId ?? listed?.agent_id ?? "main";
  const title = listed?.title ?? key;
  useTitle(title);
  return (
    <div className="grid min-h-0 grow grid-cols-[minmax(0,1fr)] lg:grid-cols-[16rem_minmax(0,1fr)]">
      <aside aria-label={t("chat.sessions")} className="hidden min-h-0 border-e border-line bg-surface lg:flex">
        <SessionRail current={key} />
      </aside>
      <section className="flex min-h-0 min-w-0 flex-col" aria-label={t("chat.title")}>
        <header className="flex items-center gap-2 border-b border-line bg-surface px-3 py-2 md:px-6">
          <SessionSheet current={key} />
          <h1 tabIndex={-1} className="min-w-0 grow truncate text-md font-semibold">
            {title}
          </h1>
          <Labels labels={view?.labels ?? []} />
          <span className="meta hidden truncate md:inline">{[agent, model].filter(Boolean).join(" · ")}</span>
        </header>
        {view?.load === "failed" && view.error && (
          <div className="p-3 md:px-6">
            <CallError error={view.error} what={t("error.load")} onRetry={() => store.openSession(key)} />
          </div>
        )}
        {view && <Conversation key={key} view={view} agent={agent} />}
      </section>
    </div>
  );
}

function Conversation({ view, agent }: { view: SessionView; agent: string }) {
  const store = useStore();
  const isOnline = useSelect((state) => state.connection.phase === "online");
  const outgoing = useSelect((state) => state.outgoing);
  const isEmpty =
    view.load === "ready" &&
    view.messages.length === 0 &&
    !view.activeTurnId &&
    !outgoing.some((each) => each.session === view.key);
  return (
    <>
      {isEmpty ? (
        <div className="grid min-h-0 grow place-content-center overflow-y-auto p-6 text-center">
          <p className="text-lg font-semibold">{t("chat.emptyTitle", { agent })}</p>
          <p className="mt-1 mb-4 max-w-md text-text-2">{t("chat.emptyText")}</p>
          <button
            type="button"
            className="btn justify-self-center"
            disabled={!isOnline}
            onClick={() => void store.send(view.key, t("chat.emptyTry"), "followup")}
          >
            {t("chat.emptyTry")}
          </button>
        </div>
      ) : (
        <MessageList view={view} />
      )}
      <Composer view={view} agent={agent} />
      <ReplyAnnouncer view={view} agent={agent} />
    </>
  );
}

/** On small screens the sessions come in over the conversation. */
function SessionSheet({ current }: { current: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Trigger className="btn btn-quiet btn-icon lg:hidden" aria-label={t("chat.openSessions")}>
        <PanelLeft size={16} strokeWidth={1.5} aria-hidden="true" />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-20 bg-[oklch(0_0_0/0.4)]" />
        <Dialog.Popup className="fixed inset-y-0 start-0 z-30 flex w-[min(20rem,85vw)] flex-col border-e border-line bg-surface outline-none">
          <Dialog.Title className="px-4 pt-3 text-md font-semibold">{t("chat.sessions")}</Dialog.Title>
          <SessionRail current={current} onChoose={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Says once that a reply is there; reading it out as it grows would be noise. */
function ReplyAnnouncer({ view, agent }: { view: SessionView; agent: string }) {
  const [text, setText] = useState("");
  const running = useRef<string>(undefined);
  const { activeTurnId, messages } = view;
  useEffect(() => {
    const ended = running.current;
    running.current = activeTurnId;
    if (!ended || ended === activeTurnId) return;
    const replies = messages.filter((each) => each.turn_id === ended && each.role === "assistant");
    const n = replies.map(textOf).join("\n\n").split(/\n\s*\n/).filter(Boolean).length;
    if (n > 0) setText(t("chat.replied", { agent, n }));
  }, [activeTurnId, messages, agent]);
  return (
    <div aria-live="polite" className="sr">
      {text}
    </div>
  );
}
