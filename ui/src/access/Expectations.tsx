import { useState } from "react";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Choice } from "../form/Field";
import { Empty } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { AclTestResult, ExpectedVerdict, TestCase } from "../rpc/protocol";
import { useStore } from "../store/react";
import { named, t } from "../text/text";

/** Where they are kept: questions about rules, and nothing that is a secret. */
const KEY = "nexus.expectations";
/** Most that are kept. */
const CASES_MAX = 100;
const VERDICTS: readonly ExpectedVerdict[] = ["allow", "ask", "deny"];

export function keptCases(): TestCase[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? (kept as TestCase[]).filter((one) => Array.isArray(one?.who) && one.question).slice(0, CASES_MAX) : [];
  } catch {
    return [];
  }
}

function keep(cases: readonly TestCase[]): void {
  localStorage.setItem(KEY, JSON.stringify(cases.slice(0, CASES_MAX)));
}

export function caseName({ who, question }: TestCase): string {
  const { verb, resource, path, host, command } = question;
  return [`${who.join(" > ")}: ${verb} ${resource}`, path, host, command?.join(" ")].filter(Boolean).join(" ");
}

interface Props {
  cases: TestCase[];
  onChange: (cases: TestCase[]) => void;
}

/** What ought to be decided, held against what would be: "what if?" for rules that are about to change. */
export function Expectations({ cases, onChange }: Props) {
  const store = useStore();
  const act = useAct();
  const [result, setResult] = useState<AclTestResult>();
  const change = (next: TestCase[]) => {
    setResult(undefined);
    keep(next);
    onChange(next);
  };
  const run = () =>
    void act.run("test", async () => {
      const named = cases.map((one) => ({ ...one, name: caseName(one) }));
      setResult(await store.client.call("acl.test", { cases: named }));
    });
  const nFailed = result?.outcomes.filter(({ hasPassed }) => !hasPassed).length ?? 0;
  return (
    <section className="card grid gap-3 text-sm" aria-labelledby="expect-title">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id="expect-title" className="grow font-semibold">
          {t("expect.title")}
        </h2>
        <button type="button" className="btn btn-primary" disabled={act.isBlocked || cases.length === 0} onClick={run}>
          {t("expect.run")}
        </button>
      </div>
      <p className="text-text-2">{t("expect.sub")}</p>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <p role="status" className="empty:hidden" data-failed={result && nFailed}>
        {result && <span className={nFailed > 0 ? "text-danger-text" : "text-ok-text"}>{nFailed > 0 ? t("expect.failed", { n: nFailed }) : t("expect.passed", { n: cases.length })}</span>}
      </p>
      {cases.length === 0 ? (
        <Empty>{t("expect.none")}</Empty>
      ) : (
        <ul className="divide-y divide-line">
          {cases.map((one, n) => {
            const outcome = result?.outcomes[n];
            return (
              <li key={`${n} ${caseName(one)}`} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 py-2" data-case>
                {outcome && <Chip tone={outcome.hasPassed ? "ok" : "danger"}>{t(outcome.hasPassed ? "expect.holds" : "expect.differs")}</Chip>}
                <span className="min-w-48 grow basis-0 font-mono text-code wrap-anywhere">
                  <Plain text={caseName(one)} max={300} />
                </span>
                <Choice
                  label={t("expect.verdict", { what: caseName(one) })}
                  value={one.expect}
                  options={VERDICTS.map((verdict) => [verdict, named("why.verdict", verdict)] as const)}
                  onChange={(expect) => change(cases.map((each, m) => (m === n ? { ...each, expect } : each)))}
                />
                <button type="button" className="btn" onClick={() => change(cases.filter((_, m) => m !== n))}>
                  {t("expect.drop")} <span className="sr">{caseName(one)}</span>
                </button>
                {outcome && !outcome.hasPassed && (
                  <span className="w-full wrap-anywhere text-danger-text">
                    {t("expect.instead", { verdict: named("why.verdict", outcome.verdict), reason: outcome.reason })}
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

/** Adds a case that is not there yet. */
export function withCase(cases: readonly TestCase[], added: TestCase): TestCase[] {
  const next = [...cases.filter((one) => caseName(one) !== caseName(added)), added].slice(-CASES_MAX);
  keep(next);
  return next;
}
