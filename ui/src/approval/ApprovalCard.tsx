import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { duration } from "../format/time";
import { prettyJson } from "../format/payload";
import { chainText, shortId } from "../format/principal";
import { CallError } from "../parts/ErrorPanel";
import { Chip } from "../parts/Chip";
import { useNow } from "../browser/now";
import { RpcError } from "../rpc/error";
import type { ApproveSpan, PermissionRequest } from "../rpc/protocol";
import { useSelect, useStore } from "../store/react";
import { t } from "../text/text";
import { dangerOf } from "./danger";
import { Payload } from "./Payload";
import { Receipt } from "./Receipt";
import { SenderRows } from "./SenderRows";
import { StandingMenu } from "./StandingMenu";
import { useShown } from "./shown";
import { wants } from "./wants";

/** Input this soon after a card appeared or changed was meant for something else. */
const GUARD_MS = 500;

/** A decision that waits for a person: what exactly, why, and the answers. One record everywhere. */
export function ApprovalCard({ permission }: { permission: PermissionRequest }) {
  return permission.status === "pending" ? <Pending permission={permission} /> : <Receipt permission={permission} />;
}

function Pending({ permission }: { permission: PermissionRequest }) {
  const store = useStore();
  const isOnline = useSelect((state) => state.connection.phase === "online");
  const [isDeciding, setDeciding] = useState(false);
  const [isExplaining, setExplaining] = useState(false);
  const [isArmed, setArmed] = useState(false);
  const [menu, setMenu] = useState<"allow" | "never">();
  const [error, setError] = useState<RpcError>();
  const shownAt = useRef(0);
  const card = useRef<HTMLElement>(null);
  const { id, action, proposals, sender } = permission;
  const { digest } = action;
  // A changed action is another action: the guard starts again.
  useEffect(() => {
    shownAt.current = performance.now();
    setArmed(false);
  }, [id, digest]);

  useShown(card, isOnline && permission.seen_at === undefined, () => store.seen(id));

  const isGuarded = () => performance.now() - shownAt.current < GUARD_MS;
  const decide = async (answer: () => Promise<void>) => {
    if (isGuarded() || isDeciding || !isOnline) return;
    setDeciding(true);
    setError(undefined);
    try {
      await answer();
    } catch (cause) {
      setError(RpcError.of(cause));
    } finally {
      setDeciding(false);
    }
  };
  const danger = dangerOf(permission);
  const allow = () => void decide(() => store.approve({ id, digest }));
  // What is dangerous takes a second key, which is another one.
  const approve = () => {
    if (!danger) allow();
    else if (!isGuarded() && !isBlocked) setArmed(true);
  };
  const approveFor = (span: ApproveSpan, proposal?: number) =>
    void decide(() => store.approve({ id, digest, span, place: placeOf(proposal) }));
  const deny = (comment?: string) => void decide(() => store.deny({ id, digest, comment }));
  const denyAlways = (proposal?: number) =>
    void decide(() => store.deny({ id, digest, always: true, place: placeOf(proposal) }));
  const extend = () => void decide(() => store.extend(id));
  const open = (which: "allow" | "never") => (isOpen: boolean) => {
    if (isOpen && isGuarded()) return;
    setMenu(isOpen ? which : undefined);
  };
  const explain = () => {
    if (!isGuarded()) setExplaining(true);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as HTMLElement).closest("textarea, input")) return;
    if (menu !== undefined) return;
    if (isArmed && event.key === "Escape") return disarm();
    const keys: Record<string, () => void> = { a: approve, d: () => deny(), h: extend };
    // Nobody reads a reason: the sender is told nothing.
    if (!sender) keys.r = explain;
    if (hasStanding) {
      keys.g = () => open("allow")(true);
      keys.n = () => open("never")(true);
    }
    const act = keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  const disarm = () => {
    setArmed(false);
    card.current?.focus();
  };
  const hasStanding = proposals.length > 0;
  const sentence = wants(permission);
  const isBlocked = isDeciding || !isOnline;
  return (
    <section
      ref={card}
      className="card border-2 border-ask"
      // No landmark: several that want the same kind of thing stand on one page.
      role="group"
      aria-label={sentence}
      tabIndex={-1}
      data-ask={id}
      onKeyDown={onKeyDown}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <h3 className="grow text-[0.9375rem] font-semibold text-ask-text">{sentence}</h3>
        {danger && <Chip tone="warn">{t(danger)}</Chip>}
        {permission.kind === "unknown_outcome" && <Chip tone="warn">{t("tool.short.unknown")}</Chip>}
        <Expiry at={permission.expires_at} />
        <button type="button" className="btn btn-quiet" onClick={extend} disabled={isBlocked}>
          {t("ask.extend")} <kbd className="kbd">H</kbd>
        </button>
      </div>
      {permission.kind === "unknown_outcome" && <p className="mt-1.5 text-sm">{t("ask.unknownOutcomeNote")}</p>}
      <div className="my-2">
        <Payload text={sender?.excerpt ?? action.summary} />
      </div>
      <Facts permission={permission} />
      {isArmed ? (
        <Sure danger={t(danger ?? "ask.danger.pinned")} isBlocked={isBlocked} onSure={allow} onBack={disarm} />
      ) : isExplaining ? (
        <Reason
          agent={permission.agent_id}
          isBlocked={isBlocked}
          onSend={(comment) => deny(comment)}
          onCancel={() => setExplaining(false)}
        />
      ) : (
        <div className="sticky bottom-0 mt-3 grid grid-cols-2 gap-2 bg-surface md:flex md:flex-wrap">
          <button type="button" className="btn btn-primary" onClick={approve} disabled={isBlocked}>
            {isDeciding ? t("ask.deciding") : t("ask.allow")} <kbd className="kbd">A</kbd>
          </button>
          {hasStanding && (
            <StandingMenu<ApproveSpan>
              label={t("ask.allowFor")}
              hotkey="G"
              proposals={proposals}
              groups={[
                { answer: "day", heading: "ask.group.day" },
                { answer: "always", heading: "ask.group.always", only: sender ? t("ask.sender.always") : undefined },
              ]}
              isOpen={menu === "allow"}
              isBlocked={isBlocked}
              tone=""
              onOpen={open("allow")}
              onChoose={approveFor}
            />
          )}
          <button type="button" className="btn btn-danger" onClick={() => deny()} disabled={isBlocked}>
            {t("ask.deny")} <kbd className="kbd">D</kbd>
          </button>
          {!sender && (
            <button type="button" className="btn" onClick={explain} disabled={isBlocked}>
              {t("ask.denyWhy")} <kbd className="kbd">R</kbd>
            </button>
          )}
          {hasStanding && (
            <StandingMenu
              label={t("ask.never")}
              hotkey="N"
              proposals={proposals}
              groups={[{ answer: "never", heading: "ask.group.never" }]}
              isOpen={menu === "never"}
              isBlocked={isBlocked}
              tone="btn-quiet"
              onOpen={open("never")}
              onChoose={(_, proposal) => denyAlways(proposal)}
            />
          )}
        </div>
      )}
      {!hasStanding && !isExplaining && <p className="mt-2 text-sm text-text-2">{t("ask.onceOnly")}</p>}
      {sender && <p className="mt-2 text-sm text-text-2">{t("ask.sender.note")}</p>}
      {!isOnline && <p className="mt-2 text-sm text-text-2">{t("offline.write")}</p>}
      {error && (
        <div className="mt-2">
          <CallError error={error} what={error.message} />
        </div>
      )}
    </section>
  );
}

interface SureProps {
  danger: string;
  isBlocked: boolean;
  onSure: () => void;
  onBack: () => void;
}

/** The second step of something dangerous. A key that is still held down does not take it. */
function Sure({ danger, isBlocked, onSure, onBack }: SureProps) {
  return (
    <div className="sticky bottom-0 mt-3 flex flex-wrap items-center gap-2 bg-surface" role="group" aria-label={danger}>
      <p className="w-full text-sm font-medium text-warn-text">{danger}</p>
      <button
        type="button"
        className="btn btn-danger"
        autoFocus
        disabled={isBlocked}
        onKeyDown={(event) => event.repeat && event.preventDefault()}
        onClick={onSure}
      >
        {t("ask.sure")} <kbd className="kbd">Enter</kbd>
      </button>
      <button type="button" className="btn" onClick={onBack}>
        {t("ask.sureBack")} <kbd className="kbd">Esc</kbd>
      </button>
    </div>
  );
}

/** A place among those proposed; left out, the daemon takes the narrowest that there is. */
function placeOf(proposal?: number) {
  return proposal === undefined ? undefined : { proposal };
}

function Facts({ permission }: { permission: PermissionRequest }) {
  const { action, reason, chain, session_key, request_id, sender } = permission;
  return (
    <dl className="facts">
      {sender && <SenderRows sender={sender} />}
      <dt>{t("ask.arguments")}</dt>
      <dd>
        <details>
          <summary className="inline-block min-h-6 min-w-6 pe-2 font-mono text-code text-text-2">
            {Object.keys((action.arguments ?? {}) as object).join(", ") || "{}"}
          </summary>
          <Payload text={prettyJson(action.arguments)} label={t("ask.arguments")} />
        </details>
      </dd>
      {!sender && (
        <>
          <dt>{t("ask.tool")}</dt>
          <dd className="font-mono text-code">{action.tool}</dd>
        </>
      )}
      <dt>{t("ask.digest")}</dt>
      <dd className="font-mono text-code break-all text-text-2">{action.digest}</dd>
      <dt>{t("ask.why")}</dt>
      <dd>{reason}</dd>
      <dt>{t("ask.for")}</dt>
      <dd>{chainText(chain)}</dd>
      <dt>{t("ask.where")}</dt>
      <dd>
        {/* The conversation of a stranger begins with a yes. */}
        {!sender && (
          <>
            <Link to="/chat/$session" params={{ session: session_key }}>
              {t("ask.session", { session: session_key })}
            </Link>
            {" → "}
          </>
        )}
        <Link to="/r/$id" params={{ id: request_id }}>
          {t("ask.trace", { id: shortId(request_id) })}
        </Link>
      </dd>
    </dl>
  );
}

function Expiry({ at }: { at: number }) {
  const leftMs = Math.max(0, at - useNow());
  // Steps of ten seconds are calm enough to read; the last half minute counts.
  const shown = leftMs > 30_000 ? Math.ceil(leftMs / 10_000) * 10_000 : Math.ceil(leftMs / 1_000) * 1_000;
  return <span className="meta">{t("ask.expires", { duration: duration(shown) })}</span>;
}

interface ReasonProps {
  agent: string;
  isBlocked: boolean;
  onSend: (comment: string) => void;
  onCancel: () => void;
}

function Reason({ agent, isBlocked, onSend, onCancel }: ReasonProps) {
  const [text, setText] = useState("");
  return (
    <form
      className="mt-3 grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onSend(text.trim());
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onCancel();
      }}
    >
      <label className="text-sm">
        {t("ask.comment", { agent })}
        <textarea
          className="field mt-1 min-h-16 py-2"
          value={text}
          autoFocus
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="flex flex-wrap gap-2">
        <button type="submit" className="btn btn-danger" disabled={isBlocked || text.trim() === ""}>
          {t("ask.commentSend")}
        </button>
        <button type="button" className="btn" onClick={onCancel}>
          {t("ask.commentCancel")}
        </button>
      </div>
    </form>
  );
}
