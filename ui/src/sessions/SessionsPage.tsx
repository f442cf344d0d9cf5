import "../text/en/activity";
import { Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useFilter } from "../address/useFilter";
import { timeOfDay } from "../format/time";
import { ActForm } from "../form/ActForm";
import { Chip } from "../parts/Chip";
import { download } from "../browser/download";
import { CallError } from "../parts/ErrorPanel";
import { Field, FilterField, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Confirm, Modal } from "../form/Modal";
import { say } from "../form/notice";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { Session, SessionsExportResult, SessionsListResult } from "../rpc/protocol";
import { byType, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";

const PAGE_LEN = 50;
/** Most pages that are read one after another. */
const PAGES_MAX = 20;
/** Most messages of an export from here. */
const EXPORT_PAGES_MAX = 200;

function sessions(search: string, nPages: number): Resource<SessionsListResult> {
  const load: Resource<SessionsListResult>["load"] = async (client) => {
    const all: Session[] = [];
    let cursor: string | null = null;
    for (let n = 0; n < nPages; n++) {
      const page: SessionsListResult = await client.call("sessions.list", { search: search || null, limit: PAGE_LEN, cursor });
      all.push(...page.sessions);
      cursor = page.nextCursor ?? null;
      if (cursor === null) break;
    }
    return { sessions: all, nextCursor: cursor };
  };
  return { key: `sessions.page ${nPages} ${search}`, load, isTouched: byType(/^(session\.|turn\.(created|completed)|message\.)/) };
}

/** Every conversation, with what can be done with one as a whole. */
export function SessionsPage() {
  const store = useStore();
  const [{ q: search }, change] = useFilter({ q: "" });
  const [nPages, setPages] = useState(1);
  const resource = sessions(search, nPages);
  const list = useResource(resource);
  return (
    <Page title={t("sessions.title")} sub={t("sessions.sub")}>
      <FilterField label={t("sessions.filter")} value={search} onChange={(q) => change({ q })} />
      <Loaded of={list} onRetry={() => store.resources.reload(resource.key)}>
        {({ sessions: all, nextCursor }) => {
          if (all.length === 0) return <Empty>{search ? t("page.none", { filter: search }) : t("sessions.empty")}</Empty>;
          return (
            <>
              <ul aria-label={t("sessions.list")} className="card divide-y divide-line py-1">
                {all.map((session) => (
                  <Row key={session.key} session={session} />
                ))}
              </ul>
              {nextCursor && nPages < PAGES_MAX && (
                <button type="button" className="btn self-start" onClick={() => setPages(nPages + 1)}>
                  {t("page.more")}
                </button>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

type Open = "rename" | "reset" | "delete";

function Row({ session }: { session: Session }) {
  const { key, title, agent_id, n_messages, updated_at, is_busy, n_waiting } = session;
  const store = useStore();
  const router = useRouter();
  const act = useAct();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const reload = () => store.resources.reload("sessions.");
  const fork = async () => {
    await act.run("fork", async () => {
      const { session: copy } = await store.client.call("sessions.fork", { key });
      say(t("sessions.forked"));
      void router.navigate({ to: "/chat/$session", params: { session: copy.key } });
    });
  };
  const exportAll = () =>
    void act.run(
      "export",
      async () => {
        let text = "";
        let cursor: string | null = null;
        for (let n = 0; n < EXPORT_PAGES_MAX; n++) {
          const page: SessionsExportResult = await store.client.call("sessions.export", { key, format: "markdown", cursor });
          text += page.text;
          cursor = page.nextCursor ?? null;
          if (cursor === null) break;
        }
        download(`${key.replaceAll(/[^\w.-]+/g, "-")}.md`, text, "text/markdown");
      },
      t("sessions.exported"),
    );
  const compact = () =>
    void act.run("compact", async () => {
      const { summary } = await store.client.call("sessions.compact", { key }, { timeoutMs: 120_000 });
      say(t("sessions.compacted", { summary }));
    });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5" data-session={key}>
      <div className="grid min-w-56 grow basis-0 gap-0.5 text-sm">
        <span className="flex flex-wrap items-center gap-2">
          <Link to="/chat/$session" params={{ session: key }} data-row className="font-semibold wrap-anywhere">
            <Plain text={title ?? key} max={160} />
          </Link>
          {is_busy && <Chip tone="run">{t("chat.busy")}</Chip>}
          {n_waiting > 0 && <Chip tone="mute">{t("chat.waits", { n: n_waiting })}</Chip>}
        </span>
        <span className="wrap-anywhere text-text-2">
          {title && <Plain text={`${key} · `} max={160} />}
          {agent_id} · {t("sessions.messages", { n: n_messages })} · {timeOfDay(updated_at)}
        </span>
      </div>
      <details className="text-sm">
        <summary className="btn" aria-label={t("sessions.actions", { session: key })}>
          …
        </summary>
        <div className="flex flex-wrap gap-2 pt-2">
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => setOpen("rename")}>
            {t("sessions.rename")}
          </button>
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => void fork()}>
            {t("sessions.fork")}
          </button>
          <button type="button" className="btn" disabled={act.isBlocked} onClick={exportAll}>
            {t("sessions.export")}
          </button>
          <button type="button" className="btn" disabled={act.isBlocked} onClick={compact}>
            {t("sessions.compact")}
          </button>
          <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setOpen("reset")}>
            {t("sessions.reset")}
          </button>
          <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setOpen("delete")}>
            {t("sessions.delete")}
          </button>
        </div>
      </details>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      {open === "rename" && <Rename session={session} onClose={close} onDone={reload} />}
      {(open === "reset" || open === "delete") && <Forget which={open} session={session} onClose={close} onDone={reload} />}
    </li>
  );
}

interface DialogProps {
  session: Session;
  onClose: () => void;
  onDone: () => void;
}

function Rename({ session: { key, title }, onClose, onDone }: DialogProps) {
  const store = useStore();
  const act = useAct();
  const [draft, setDraft] = useState(title ?? "");
  const save = async () => {
    const isDone = await act.run("rename", () => store.client.call("sessions.patch", { key, title: draft || null }), t("sessions.renamed"));
    if (!isDone) return;
    onDone();
    onClose();
  };
  return (
    <Modal title={t("sessions.renameTitle", { session: key })} isOpen onClose={onClose}>
      <ActForm act={act} action={t("sessions.rename")} onSubmit={() => void save()} onCancel={onClose}>
        <Field label={t("sessions.titleField")}>
          <input className={INPUT} autoFocus value={draft} onChange={(event) => setDraft(event.target.value)} />
        </Field>
      </ActForm>
    </Modal>
  );
}

function Forget({ which, session: { key, is_busy }, onClose, onDone }: DialogProps & { which: "reset" | "delete" }) {
  const store = useStore();
  const act = useAct();
  const [stop, setStop] = useState(false);
  const isDelete = which === "delete";
  const go = async () => {
    const call = () => store.client.call(isDelete ? "sessions.delete" : "sessions.reset", { key, stop });
    const isDone = await act.run(which, call, t(isDelete ? "sessions.deleted" : "sessions.wasReset"));
    if (!isDone) return;
    onDone();
    onClose();
  };
  return (
    <Confirm
      title={t(isDelete ? "sessions.deleteTitle" : "sessions.resetTitle", { session: key })}
      text={t(isDelete ? "sessions.deleteText" : "sessions.resetText")}
      action={t(isDelete ? "sessions.delete" : "sessions.reset")}
      isOpen
      isBlocked={act.isBlocked}
      onConfirm={() => void go()}
      onClose={onClose}
    >
      {is_busy && (
        <label className="flex min-h-8 items-center gap-2">
          <input type="checkbox" checked={stop} onChange={(event) => setStop(event.target.checked)} />
          {t("sessions.stop")}
        </label>
      )}
      {act.error && <CallError error={act.error} what={act.error.message} />}
    </Confirm>
  );
}
