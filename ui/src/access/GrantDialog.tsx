import { useEffect, useState } from "react";
import { principalId } from "../format/principal";
import { timeOfDay } from "../format/time";
import { ActForm } from "../form/ActForm";
import { CallError } from "../parts/ErrorPanel";
import { Choice, Field, INPUT } from "../form/Field";
import { Modal } from "../form/Modal";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import { RpcError } from "../rpc/error";
import type { AclGrantsPreviewResult, Grant, GrantEffect, GrantScope, GrantVerb } from "../rpc/protocol";
import { useOnline, useStore } from "../store/react";
import { named, t } from "../text/text";

const HOUR_MS = 3_600_000;
const SPANS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS, forever: undefined } as const;
type Span = keyof typeof SPANS;
const VERBS: readonly GrantVerb[] = ["use_tool", "call", "start_run", "deliver"];
/** Pause after the last key before the preview is asked for. */
const PREVIEW_MS = 350;

interface Draft {
  principal: string;
  verb: GrantVerb;
  effect: GrantEffect;
  resource: string;
  path: string;
  host: string;
  port: string;
  command: string;
  recipient: string;
  session: string;
}

const NEW: Draft = {
  principal: "agent:main",
  verb: "use_tool",
  effect: "allow",
  resource: "",
  path: "",
  host: "",
  port: "",
  command: "",
  recipient: "",
  session: "",
};

function draftOf(grant: Grant): Draft {
  const { resource, path, host, port, command, recipient, session_key } = grant.scope;
  return {
    principal: principalId(grant.principal),
    verb: grant.verb,
    effect: grant.effect,
    resource: resource ?? "",
    path: path ?? "",
    host: host ?? "",
    port: port?.toString() ?? "",
    command: command?.join(" ") ?? "",
    recipient: recipient ?? "",
    session: session_key ?? "",
  };
}

function scopeOf(draft: Draft, digest: string | null | undefined): GrantScope {
  const orNull = (text: string) => text.trim() || null;
  const isTool = draft.verb === "use_tool";
  const words = draft.command.trim();
  return {
    resource: orNull(draft.resource),
    digest: digest ?? null,
    path: isTool ? orNull(draft.path) : null,
    host: isTool ? orNull(draft.host) : null,
    port: isTool && draft.port.trim() !== "" ? Number(draft.port) : null,
    command: isTool && words !== "" ? words.split(/\s+/) : null,
    recipient: isTool || draft.verb === "deliver" ? orNull(draft.recipient) : null,
    session_key: orNull(draft.session),
  };
}

interface Props {
  /** The grant that is narrowed; without one a new one is made. */
  from?: Grant;
  onClose: () => void;
  onDone: () => void;
}

/** Makes a grant, or a narrower one in the place of another. What it would have answered is shown before. */
export function GrantDialog({ from, onClose, onDone }: Props) {
  const store = useStore();
  const act = useAct();
  const [draft, setDraft] = useState<Draft>(() => (from ? draftOf(from) : NEW));
  const [span, setSpan] = useState<Span>("week");
  const [reason, setReason] = useState(from?.reason ?? "");
  /** The narrower one is in force, and the wider one could not be revoked yet. */
  const [isHalf, setHalf] = useState(false);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const scope = scopeOf(draft, from?.scope.digest);
  const save = async () => {
    const { principal, verb, effect } = draft;
    const params = { principal: principal.trim(), verb, effect, scope, reason: reason.trim(), durationMs: durationOf(span, from) };
    // The narrower one is in force before the wider one goes: nothing is asked in between. Once it
    // is, trying again only revokes.
    if (!isHalf) {
      if (!(await act.run("save", () => store.client.call("acl.grants.create", params), from ? undefined : t("grants.made")))) return;
      onDone();
    }
    if (from) {
      const revoke = () =>
        store.client.call("acl.grants.revoke", { id: from.id }).catch((cause: unknown) => {
          // Somebody else revoked it meanwhile: it is gone, which is what was wanted.
          if (RpcError.of(cause).code !== "CONFLICT") throw cause;
        });
      if (!(await act.run("revoke", revoke, t("grants.narrowed")))) return setHalf(true);
      onDone();
    }
    onClose();
  };
  const text = (name: keyof Draft, label: string, help?: string) => (
    <Field label={label} help={help}>
      <input className={INPUT} spellCheck={false} value={draft[name]} onChange={(event) => set({ [name]: event.target.value })} />
    </Field>
  );
  const isTool = draft.verb === "use_tool";
  return (
    <Modal title={t(from ? "grants.narrowTitle" : "grants.create")} isOpen isWide onClose={onClose}>
      <ActForm act={act} action={t(isHalf ? "grants.revokeWide" : from ? "grants.narrowNow" : "grants.make")} onSubmit={() => void save()} onCancel={onClose}>
        {from && !isHalf && <p className="text-sm text-text-2">{t("grants.narrowText")}</p>}
        {isHalf && (
          <p role="alert" className="card border-warn text-sm text-warn-text" data-half>
            {t("grants.narrowHalf")}
          </p>
        )}
        <fieldset hidden={isHalf} className="grid grid-cols-[minmax(0,1fr)] gap-3 [&[hidden]]:hidden">
          <fieldset disabled={from !== undefined} className="grid gap-3 md:grid-cols-3">
            <Field label={t("grants.who")} help={t("grants.whoHelp")}>
              <input className={INPUT} required spellCheck={false} value={draft.principal} onChange={(event) => set({ principal: event.target.value })} />
            </Field>
            <Field label={t("grants.effect")}>
              <Choice
                label={t("grants.effect")}
                value={draft.effect}
                options={[["allow", t("grants.mayOnce")] as const, ["deny", t("grants.mayNever")] as const]}
                onChange={(effect) => set({ effect })}
              />
            </Field>
            <Field label={t("grants.verb")}>
              <Choice
                label={t("grants.verb")}
                value={draft.verb}
                options={VERBS.map((verb) => [verb, t(`grants.do.${verb}`)] as const)}
                onChange={(verb) => set({ verb })}
              />
            </Field>
          </fieldset>
          <div className="grid gap-3 md:grid-cols-3">
            <Field label={t(`grants.resource.${draft.verb}`)} help={t("grants.resourceHelp")}>
              <input
                className={INPUT}
                required={draft.effect === "allow"}
                readOnly={from?.scope.resource != null}
                spellCheck={false}
                value={draft.resource}
                onChange={(event) => set({ resource: event.target.value })}
              />
            </Field>
            {isTool && text("path", t("why.path"), t("grants.pathHelp"))}
            {isTool && text("host", t("why.host"))}
            {isTool && draft.host !== "" && (
              <Field label={t("grants.port")}>
                <input
                  className={INPUT}
                  type="number"
                  min={1}
                  max={65535}
                  value={draft.port}
                  onChange={(event) => set({ port: event.target.value })}
                />
              </Field>
            )}
            {isTool && text("command", t("why.command"), t("grants.commandHelp"))}
            {(isTool || draft.verb === "deliver") && text("recipient", t("grants.recipient"))}
            {text("session", t("why.session"))}
          </div>
          <div className="grid gap-3 md:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Field label={t("grants.reason")}>
              <input className={INPUT} required maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
            </Field>
            <Field label={t("grants.span")}>
              <Choice
                label={t("grants.span")}
                value={span}
                options={(Object.keys(SPANS) as Span[]).map((each) => [each, t(`grants.span.${each}`)] as const)}
                onChange={setSpan}
              />
            </Field>
          </div>
          <Preview draft={draft} scope={scope} from={from} />
        </fieldset>
      </ActForm>
    </Modal>
  );
}

/** A narrower grant never holds longer than the one whose place it takes. */
function durationOf(span: Span, from: Grant | undefined): number | null {
  const wanted = SPANS[span] ?? Number.POSITIVE_INFINITY;
  const left = from?.expires_at != null ? Math.max(1_000, from.expires_at - Date.now()) : Number.POSITIVE_INFINITY;
  const shorter = Math.min(wanted, left);
  return Number.isFinite(shorter) ? shorter : null;
}

type Previewed = { result: AclGrantsPreviewResult; nBefore?: number } | { error: RpcError };

/** What the grant would have answered in the last week, kept up to date while it is written. */
function Preview({ draft, scope, from }: { draft: Draft; scope: GrantScope; from?: Grant }) {
  const store = useStore();
  const isOnline = useOnline();
  const [previewed, setPreviewed] = useState<Previewed>();
  const { principal, verb, effect } = draft;
  const isComplete = principal.trim() !== "" && (effect === "deny" || scope.resource != null);
  const key = JSON.stringify([principal, verb, effect, scope]);
  useEffect(() => {
    if (!isComplete || !isOnline) return setPreviewed(undefined);
    let isCurrent = true;
    const show = (next: Previewed) => isCurrent && setPreviewed(next);
    const timer = setTimeout(() => {
      const ask = (one: GrantScope) => store.client.call("acl.grants.preview", { principal: principal.trim(), verb, effect, scope: one });
      Promise.all([ask(scope), from && ask(from.scope)]).then(
        ([result, before]) => show({ result, nBefore: before?.nMatched }),
        (cause: unknown) => show({ error: RpcError.of(cause) }),
      );
    }, PREVIEW_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
    // The key says everything that the preview depends on.
  }, [key, isComplete, isOnline]);
  return (
    <section aria-labelledby="preview-title" className="rounded-lg border border-line bg-surface-2 p-3 text-sm" data-preview>
      <h3 id="preview-title" className="font-semibold">
        {t("grants.preview")}
      </h3>
      <div role="status">
        {!isComplete && <p className="text-text-2">{t("grants.previewAfter")}</p>}
        {isComplete && !previewed && <p className="text-text-2">{t("grants.previewing")}</p>}
        {previewed && "result" in previewed && <Matches {...previewed} />}
      </div>
      {previewed && "error" in previewed && <CallError error={previewed.error} what={previewed.error.message} />}
    </section>
  );
}

function Matches({ result, nBefore }: { result: AclGrantsPreviewResult; nBefore?: number }) {
  const { nLooked, nMatched, isPartial, matched } = result;
  return (
    <>
      <p data-matched={nMatched}>{nLooked === 0 ? t("grants.previewNone") : t("grants.previewed", { n: nMatched, looked: nLooked })}</p>
      {nBefore !== undefined && nLooked > 0 && <p className="text-text-2">{t("grants.previewBefore", { n: nBefore })}</p>}
      {isPartial && <p className="text-text-2">{t("grants.previewPartial")}</p>}
      {matched.length > 0 && (
        <ul className="mt-1.5 max-h-40 divide-y divide-line overflow-y-auto" tabIndex={0} aria-label={t("grants.previewList")}>
          {matched.map(({ id, summary, status, createdAt }) => (
            <li key={id} className="flex flex-wrap gap-x-3 py-1">
              <span className="text-xs text-text-2">{timeOfDay(createdAt)}</span>
              <span className="min-w-40 grow basis-0 font-mono text-code wrap-anywhere">
                <Plain text={summary} max={200} />
              </span>
              <span className="text-text-2">{named("grants.status", status)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
