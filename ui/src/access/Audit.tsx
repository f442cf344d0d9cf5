import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { oneOf } from "../address/query";
import { useFilter } from "../address/useFilter";
import { shortId } from "../format/principal";
import { moment, timeOfDay } from "../format/time";
import { Chip, type Tone } from "../parts/Chip";
import { download } from "../browser/download";
import { CallError } from "../parts/ErrorPanel";
import { Choice, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { useNarrow } from "../browser/media";
import { Modal } from "../form/Modal";
import { say } from "../form/notice";
import { Empty } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import { VirtualList } from "../parts/VirtualList";
import type { Client } from "../rpc/client";
import type { AclAuditExportResult, AclAuditListResult, AclAuditVerifyResult, Entry, Filter } from "../rpc/protocol";
import { byType, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { named, t } from "../text/text";

const PAGE_LEN = 200;
/** Most pages that are read one after another: older rows are found by a filter, or exported. */
const PAGES_MAX = 25;
/** Most rows of an export from here; the command line has no such limit. */
const EXPORT_ROWS_MAX = 100_000;
const TONES: Record<string, Tone> = { allow: "ok", ask: "ask", deny: "danger" };

interface Listed {
  entries: Entry[];
  hasMore: boolean;
}

function audit(filter: Filter, nPages: number): Resource<Listed> {
  const load = async (client: Client) => {
    const entries: Entry[] = [];
    let before: number | null = null;
    for (let n = 0; n < nPages; n++) {
      const page: AclAuditListResult = await client.call("acl.audit.list", { filter, limit: PAGE_LEN, before });
      entries.push(...page.entries);
      before = page.nextBefore ?? null;
      if (before === null) break;
    }
    return { entries, hasMore: before !== null };
  };
  return { key: `acl.audit.list ${JSON.stringify(filter)} ${nPages}`, load, isTouched: byType(/^acl\.decision/) };
}

const VERDICTS = ["all", "allow", "ask", "deny"] as const;

export default function Audit() {
  const store = useStore();
  const [{ action, principal, verdict: wanted, request }, change] = useFilter({ action: "", principal: "", verdict: "all", request: "" });
  const verdict = oneOf(VERDICTS, wanted, "all");
  const [draft, setDraft] = useState({ action, principal });
  // Who goes back, or follows a link, sees in the fields what is shown.
  useEffect(() => setDraft({ action, principal }), [action, principal]);
  const [nPages, setPages] = useState(1);
  const [open, setOpen] = useState<Entry>();
  const filter: Filter = {
    action: action || null,
    principal: principal || null,
    requestId: request || null,
    verdict: verdict === "all" ? null : verdict,
  };
  const resource = audit(filter, nPages);
  const list = useResource(resource);
  const isNarrow = useNarrow();
  return (
    <>
      <form
        className="flex flex-wrap gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          setPages(1);
          change(draft);
        }}
      >
        <input
          data-filter
          className={`${INPUT} max-w-60`}
          aria-label={t("audit.filter")}
          placeholder={t("audit.filter")}
          value={draft.action}
          onChange={(event) => setDraft({ ...draft, action: event.target.value })}
        />
        <input
          className={`${INPUT} max-w-60`}
          aria-label={t("audit.principal")}
          placeholder={t("audit.principal")}
          value={draft.principal}
          onChange={(event) => setDraft({ ...draft, principal: event.target.value })}
        />
        <Choice
          label={t("audit.verdict")}
          value={verdict}
          options={VERDICTS.map((each) => [each, each === "all" ? t("audit.verdict.all") : named("why.verdict", each)] as const)}
          onChange={(next) => change({ verdict: next })}
        />
        <button type="submit" className="btn">
          {t("audit.apply")}
        </button>
        <Whole filter={filter} />
      </form>
      {request !== "" && (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
          {t("audit.ofRequest", { id: shortId(request) })}
          <button type="button" className="btn" onClick={() => change({ request: "" })}>
            {t("audit.ofAll")}
          </button>
        </p>
      )}
      <Loaded of={list} onRetry={() => store.resources.reload(resource.key)}>
        {({ entries, hasMore }) =>
          entries.length === 0 ? (
            <Empty>{t("audit.empty")}</Empty>
          ) : (
            <VirtualList
              items={entries}
              keyOf={({ position }) => position}
              rowPx={isNarrow ? 76 : 40}
              label={t("audit.list")}
              onEnd={() => hasMore && nPages < PAGES_MAX && setPages(nPages + 1)}
            >
              {(entry) => <Row entry={entry} onOpen={() => setOpen(entry)} />}
            </VirtualList>
          )
        }
      </Loaded>
      {open && <Details entry={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Row({ entry, onOpen }: { entry: Entry; onOpen: () => void }) {
  const { at, verdict, principals, action, resource, reason } = entry;
  return (
    <button
      type="button"
      data-row
      onClick={onOpen}
      className="grid h-full w-full grid-cols-[auto_auto_minmax(0,1fr)] items-center gap-x-3 px-3 text-start text-sm hover:bg-surface-2 -outline-offset-2 md:grid-cols-[7.5rem_6rem_11rem_minmax(0,1fr)]"
    >
      <span className="text-xs text-text-2">{timeOfDay(at)}</span>
      <span>
        <Chip tone={TONES[verdict] ?? "mute"}>{named("why.verdict", verdict)}</Chip>
      </span>
      <span className="col-span-full truncate md:col-auto">
        <Plain text={principals.join(" > ")} max={160} />
      </span>
      <span className="col-span-full truncate md:col-auto">
        <span className="font-mono text-code">
          <Plain text={`${action} ${resource}`} max={160} />
        </span>{" "}
        <span className="text-text-2">
          <Plain text={reason} max={200} />
        </span>
      </span>
    </button>
  );
}

function Details({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const { position, at, principals, action, resource, verdict, reason, outcomes, requestId, hash, digest } = entry;
  return (
    <Modal title={t("audit.row", { n: position })} isOpen onClose={onClose} isWide>
      <dl className="facts">
        <dt>{t("audit.who")}</dt>
        <dd>
          <Plain text={principals.join(" > ")} />
        </dd>
        <dt>{t("audit.what")}</dt>
        <dd className="font-mono text-code">
          <Plain text={`${action} ${resource}`} />
        </dd>
        <dt>{t("audit.verdict")}</dt>
        <dd>
          <Chip tone={TONES[verdict] ?? "mute"}>{named("why.verdict", verdict)}</Chip> {moment(at)}
        </dd>
        <dt>{t("audit.why")}</dt>
        <dd>
          <Plain text={reason} />
        </dd>
        {outcomes.map((outcome) => (
          <div key={outcome.position} className="contents">
            <dt>{t("audit.outcome")}</dt>
            <dd>
              <Plain text={outcome.text} />
            </dd>
          </div>
        ))}
        {requestId && (
          <>
            <dt>{t("audit.request")}</dt>
            <dd>
              <Link to="/r/$id" params={{ id: requestId }}>
                {t("ask.trace", { id: shortId(requestId) })}
              </Link>
            </dd>
          </>
        )}
        {digest && (
          <>
            <dt>{t("audit.digest")}</dt>
            <dd className="font-mono text-code break-all">{digest}</dd>
          </>
        )}
        <dt>{t("audit.hash")}</dt>
        <dd className="font-mono text-code break-all">{hash}</dd>
      </dl>
      <button type="button" className="btn mt-4" onClick={onClose}>
        {t("page.close")}
      </button>
    </Modal>
  );
}

/** What concerns the whole chain: whether it is whole, and a copy of it. */
function Whole({ filter }: { filter: Filter }) {
  const store = useStore();
  const act = useAct();
  const [result, setResult] = useState<AclAuditVerifyResult>();
  const verify = () =>
    void act.run("verify", async () => setResult(await store.client.call("acl.audit.verify", {}, { timeoutMs: 120_000 })));
  const exportRows = async () => {
    const lines: string[] = [];
    await act.run("export", async () => {
      let after: number | undefined = 0;
      while (after !== undefined && lines.length < EXPORT_ROWS_MAX) {
        const page: AclAuditExportResult = await store.client.call("acl.audit.export", { after, filter });
        lines.push(...page.rows.map((row) => JSON.stringify(row)));
        after = page.nextAfter ?? undefined;
      }
      download("nexus-audit.jsonl", `${lines.join("\n")}\n`, "application/jsonl");
      say(t("audit.exported", { n: lines.length }));
    });
  };
  return (
    <>
      <button type="button" className="btn" disabled={act.isBlocked} onClick={verify}>
        {act.busy === "verify" ? t("audit.verifying") : t("audit.verify")}
      </button>
      <button type="button" className="btn" disabled={act.isBlocked} onClick={() => void exportRows()}>
        {act.busy === "export" ? t("audit.exporting") : t("audit.export")}
      </button>
      <p role="status" className="w-full text-sm empty:hidden">
        {result && <Verified result={result} />}
      </p>
      {act.error && <CallError error={act.error} what={act.error.message} />}
    </>
  );
}

function Verified({ result: { isWhole, summary, broken } }: { result: AclAuditVerifyResult }) {
  if (!isWhole) {
    const { position = 0, reason = "" } = broken ?? {};
    return <span className="font-medium text-danger-text">✕ {t("audit.broken", { position, reason })}</span>;
  }
  const { nRows = 0, signedTo = 0, areSignaturesChecked = false } = summary ?? {};
  const key = areSignaturesChecked ? "audit.whole" : "audit.wholeUnsigned";
  return <span className="text-ok-text">● {t(key, { n: nRows, signed: signedTo })}</span>;
}
