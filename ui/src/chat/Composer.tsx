import { Paperclip } from "lucide-react";
import { Suspense, useEffect, useRef, useState } from "react";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import { later } from "../browser/later";
import { RpcError } from "../rpc/error";
import type { QueueMode } from "../rpc/protocol";
import { useSelect, useStore } from "../store/react";
import type { SessionView } from "../store/state";
import { t } from "../text/text";
import { draftOf, saveDraft } from "./drafts";
import { useFiles } from "./files/useFiles";

const FileTray = later(() => import("./files/FileTray"));

/** Time between the two Esc that stop a run. */
const ESCAPES_MS = 600;

/** Where a person writes: sends, queues behind the active run, steers it, or stops it. */
export function Composer({ view, agent }: { view: SessionView; agent: string }) {
  const store = useStore();
  const isOnline = useSelect((state) => state.connection.phase === "online");
  // While the page makes its first contact, what is sent waits for it.
  const canSend = useSelect((state) => ["online", "connecting"].includes(state.connection.phase));
  const [text, setText] = useDraft(view.key);
  const { stop, phase } = useStop(view);
  const area = useRef<HTMLTextAreaElement>(null);
  const isRunning = view.activeTurnId !== undefined;
  const files = useFiles();
  const [isOver, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const hasFiles = files.all.some(({ state }) => state !== "refused");
  const isWhole = files.isReady && (text.trim() !== "" || hasFiles);

  useEffect(() => {
    // On a touch screen the focus would raise the keyboard over the conversation.
    if (matchMedia("(pointer: fine)").matches) area.current?.focus();
  }, [view.key]);

  const send = (mode: QueueMode) => {
    if (!isWhole || !canSend) return;
    const attachments = files.take();
    const message = text.trim() || t("chat.onlyFiles", { n: attachments.length });
    setText("");
    void store.send(view.key, message, mode, attachments);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send(isRunning && (event.ctrlKey || event.metaKey) ? "steer" : "followup");
  };

  const onPaste = (event: React.ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    files.add(event.clipboardData.files);
  };
  const onDrop = (event: React.DragEvent) => {
    event.preventDefault();
    setOver(false);
    files.add(event.dataTransfer.files);
  };
  const onDragOver = (event: React.DragEvent) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  };
  return (
    <div
      className={`border-t bg-surface px-3 py-2 md:px-6 md:py-3 ${isOver ? "border-accent" : "border-line"}`}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      data-drop
    >
      <div className="mx-auto grid max-w-[52rem] gap-1.5">
        <Queue view={view} />
        {isOver && <p className="text-sm font-medium">{t("chat.dropHere")}</p>}
        {files.all.length > 0 && (
          <Suspense>
            <FileTray files={files} />
          </Suspense>
        )}
        {phase && (
          <p role="status" className="text-sm text-text-2">
            {phase}
          </p>
        )}
        <textarea
          ref={area}
          className="field max-h-[40dvh] min-h-11 resize-none py-2 text-prose field-sizing-content"
          rows={1}
          aria-label={t("chat.composer", { agent })}
          placeholder={t("chat.composer", { agent })}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          data-composer
        />
        <div className="flex flex-wrap items-center gap-2">
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            aria-label={t("chat.attach")}
            data-picker
            onChange={(event) => {
              files.add(event.target.files ?? []);
              event.target.value = "";
            }}
          />
          <button
            type="button"
            className="btn btn-quiet btn-icon"
            aria-label={t("chat.attach")}
            aria-describedby="attach-hint"
            title={t("chat.attachHint")}
            onClick={() => picker.current?.click()}
          >
            <Paperclip size={16} strokeWidth={1.5} aria-hidden="true" />
          </button>
          <span id="attach-hint" className="sr">
            {t("chat.attachHint")}
          </span>
          <span className="hidden grow text-xs text-text-3 md:block">
            {canSend ? t(isRunning ? "chat.hintRunning" : "chat.hintIdle") : t("offline.write")}
          </span>
          <span className="grow md:hidden" />
          {isRunning && (
            <button type="button" className="btn btn-danger" disabled={!isOnline} onClick={stop}>
              <span aria-hidden="true">■</span> {t("chat.stop")} <kbd className="kbd">Esc Esc</kbd>
            </button>
          )}
          {isRunning && isWhole && (
            <button type="button" className="btn" disabled={!isOnline} onClick={() => send("steer")}>
              {t("chat.steer")}
            </button>
          )}
          <button
            type="button"
            className="btn btn-primary"
            disabled={!canSend || !isWhole}
            onClick={() => send("followup")}
          >
            {t(isRunning ? "chat.queue" : "chat.send")}
          </button>
        </div>
      </div>
    </div>
  );
}

/** What waits: each can be taken back, or put first. */
function Queue({ view }: { view: SessionView }) {
  const store = useStore();
  const act = useAct();
  if (view.queued.length === 0) return null;
  const takeBack = (id: string) => void act.run("cancel", () => store.client.call("requests.cancel", { id }));
  const toFront = (runId: string) =>
    void act.run("move", () => store.client.call("sessions.queue.move", { key: view.key, runId, to: 0 }));
  return (
    <ul aria-label={t("chat.queuedList")} className="flex flex-wrap gap-1.5">
      {view.queued.map((request, n) => (
        <li key={request.id} className="chip chip-mute max-w-full">
          <span className="text-text-3">{request.mode === "steer" ? t("chat.steer") : t("chat.queued")}</span>
          <span className="truncate text-text">
            <Plain text={request.purpose} max={200} />
          </span>
          {n > 0 && (
            <button type="button" className="min-h-6 underline pointer-coarse:min-h-11" disabled={act.isBlocked} onClick={() => toFront(request.id)}>
              {t("chat.toFront")} <span className="sr">{request.purpose}</span>
            </button>
          )}
          <button type="button" className="min-h-6 underline pointer-coarse:min-h-11" disabled={act.isBlocked} onClick={() => takeBack(request.id)}>
            {t("chat.takeBack")} <span className="sr">{request.purpose}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The text in the composer, kept for each session. */
function useDraft(session: string): [string, (text: string) => void] {
  const [draft, setDraft] = useState({ session, text: draftOf(session) });
  useEffect(() => {
    const read = () => setDraft({ session, text: draftOf(session) });
    addEventListener("nexus:draft", read);
    return () => removeEventListener("nexus:draft", read);
  }, [session]);
  const current = draft.session === session ? draft : { session, text: draftOf(session) };
  if (current !== draft) setDraft(current);
  const set = (text: string) => {
    setDraft({ session, text });
    saveDraft(session, text);
  };
  return [current.text, set];
}

/** Stop in honest phases: asked for, done and what became of it, or not possible and why. */
function useStop(view: SessionView): { stop: () => void; phase?: string } {
  const store = useStore();
  const [phase, setPhase] = useState<{ session: string; text: string }>();
  const { key, activeTurnId } = view;
  const stop = () => {
    if (!activeTurnId) return;
    setPhase({ session: key, text: t("chat.stopping") });
    store.abort(key, activeTurnId).then(
      ({ summary }) => setPhase({ session: key, text: summary }),
      (cause: unknown) => setPhase({ session: key, text: RpcError.of(cause).message }),
    );
  };
  useEffect(() => {
    if (!activeTurnId) return;
    setPhase(undefined);
    let escapeAt = -ESCAPES_MS;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if ((event.target as HTMLElement | null)?.closest?.("[role=dialog], [role=menu]")) return;
      const now = performance.now();
      if (now - escapeAt < ESCAPES_MS) stop();
      escapeAt = now;
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
    // One listener per run: `stop` of a later render stops the same turn.
  }, [activeTurnId]);
  return { stop, phase: phase?.session === key ? phase.text : undefined };
}
