import { type ReactNode, useState } from "react";
import { Chip, type Tone } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Choice, Field, INPUT } from "../form/Field";
import { Empty } from "../parts/Page";
import { useAct } from "../form/useAct";
import type { AclExplainParams, AclExplainResult, AclWhoCanResult, ExpectedVerdict, Question, Verb } from "../rpc/protocol";
import { useStore } from "../store/react";
import { Expectations, keptCases, withCase } from "./Expectations";
import { named, t } from "../text/text";

const VERBS: readonly Verb[] = ["use_tool", "call", "start_run", "deliver", "approve"];
const TONES: Record<string, Tone> = { allow: "ok", ask: "ask", deny: "danger" };
const LABELS = ["untrusted", "private", "secret"] as const;

interface Draft {
  who: string;
  verb: Verb;
  resource: string;
  path: string;
  host: string;
  command: string;
  channel: string;
  sessionKey: string;
  labels: readonly string[];
}

const EMPTY: Draft = {
  who: "agent:main",
  verb: "use_tool",
  resource: "",
  path: "",
  host: "",
  command: "",
  channel: "",
  sessionKey: "",
  labels: [],
};

function questionOf(draft: Draft): Question {
  const { verb, resource, path, host, command, channel, sessionKey, labels } = draft;
  const words = command.trim() === "" ? null : command.trim().split(/\s+/);
  const orNull = (text: string) => text.trim() || null;
  return {
    verb,
    resource: resource.trim(),
    path: orNull(path),
    host: orNull(host),
    command: words,
    channel: orNull(channel),
    sessionKey: orNull(sessionKey),
    labels: [...labels],
  };
}

type Answer = { explained: AclExplainResult; params: AclExplainParams } | { whoCan: AclWhoCanResult };

/** "Why?" and "what if?": the same engine that decides, asked without doing anything. */
export default function Check() {
  const store = useStore();
  const act = useAct();
  const [draft, setDraft] = useState(EMPTY);
  const [answer, setAnswer] = useState<Answer>();
  const [cases, setCases] = useState(keptCases);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const explain = () => {
    const who = draft.who.split(">").map((each) => each.trim()).filter(Boolean) as AclExplainParams["who"];
    const params = { who, question: questionOf(draft) };
    void act.run("explain", async () => setAnswer({ explained: await store.client.call("acl.explain", params), params }));
  };
  const whoCan = () => {
    const params = { question: questionOf(draft) };
    void act.run("whoCan", async () => setAnswer({ whoCan: await store.client.call("acl.whoCan", params) }));
  };
  const canAsk = !act.isBlocked && draft.resource.trim() !== "";
  const text = (name: "path" | "host" | "command" | "channel", label: string) => (
    <Field label={label}>
      <input className={INPUT} spellCheck={false} value={draft[name]} onChange={(event) => set({ [name]: event.target.value })} />
    </Field>
  );
  return (
    <>
      <p className="text-sm text-text-2">{t("why.sub")}</p>
      <form
        className="card grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          explain();
        }}
      >
        <div className="grid gap-3 md:grid-cols-3">
          <Field label={t("why.who")}>
            <input className={INPUT} required spellCheck={false} value={draft.who} onChange={(event) => set({ who: event.target.value })} />
          </Field>
          <Field label={t("why.verb")}>
            <Choice
              label={t("why.verb")}
              value={draft.verb}
              options={VERBS.map((verb) => [verb, t(`why.verb.${verb}`)] as const)}
              onChange={(verb) => set({ verb })}
            />
          </Field>
          <Field label={t("why.resource")} help={t("why.resourceHelp")}>
            <input
              className={INPUT}
              required
              spellCheck={false}
              data-filter
              value={draft.resource}
              onChange={(event) => set({ resource: event.target.value })}
            />
          </Field>
        </div>
        <p className="text-xs text-text-2">{t("why.whoHelp")}</p>
        <details>
          <summary className="min-h-6 text-sm font-medium">{t("why.more")}</summary>
          <div className="mt-2 grid gap-3 md:grid-cols-3">
            {text("path", t("why.path"))}
            {text("host", t("why.host"))}
            {text("command", t("why.command"))}
            {text("channel", t("why.channel"))}
            <Field label={t("why.session")}>
              <input className={INPUT} value={draft.sessionKey} onChange={(event) => set({ sessionKey: event.target.value })} />
            </Field>
            <fieldset className="flex flex-wrap gap-x-4 text-sm">
              <legend className="mb-1 font-medium">{t("why.labels")}</legend>
              {LABELS.map((label) => (
                <label key={label} className="flex min-h-8 items-center gap-2">
                  <input
                    type="checkbox"
                    checked={draft.labels.includes(label)}
                    onChange={() =>
                      set({ labels: draft.labels.includes(label) ? draft.labels.filter((one) => one !== label) : [...draft.labels, label] })
                    }
                  />
                  {t(`label.${label}`)}
                </label>
              ))}
            </fieldset>
          </div>
        </details>
        {act.error && <CallError error={act.error} what={act.error.message} />}
        <div className="flex flex-wrap gap-2">
          <button type="submit" className="btn btn-primary" disabled={!canAsk}>
            {t("why.ask")}
          </button>
          <button type="button" className="btn" disabled={!canAsk} onClick={whoCan}>
            {t("why.whoCan")}
          </button>
        </div>
      </form>
      <div role="status" className="grid gap-3">
        {!answer && <Empty>{t("why.empty")}</Empty>}
        {answer && "explained" in answer && (
          <Explained answer={answer.explained}>
            <button
              type="button"
              className="btn justify-self-start"
              onClick={() => setCases(withCase(cases, { ...answer.params, expect: answer.explained.verdict as ExpectedVerdict }))}
            >
              {t("expect.add")}
            </button>
          </Explained>
        )}
        {answer && "whoCan" in answer && <WhoCan answer={answer.whoCan} />}
      </div>
      <Expectations cases={cases} onChange={setCases} />
    </>
  );
}

function Verdict({ verdict }: { verdict: string }) {
  return <Chip tone={TONES[verdict] ?? "mute"}>{named("why.verdict", verdict)}</Chip>;
}

function Explained({ answer, children }: { answer: AclExplainResult; children: ReactNode }) {
  const { action, verdict, reason, needed, links } = answer;
  return (
    <section className="card grid gap-3 text-sm" data-verdict={verdict}>
      <div className="flex flex-wrap items-center gap-2">
        <Verdict verdict={verdict} />
        <span className="font-semibold wrap-anywhere">{action}</span>
      </div>
      <p className="wrap-anywhere">{reason}</p>
      {children}
      {needed.length > 0 && (
        <div>
          <h2 className="font-semibold">{t("why.needed")}</h2>
          <ul className="list-disc ps-5">
            {needed.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      )}
      <div>
        <h2 className="font-semibold">{t("why.chain")}</h2>
        <ol className="grid gap-2 pt-1">
          {links.map(({ principal, preset, verdict: own, policies }) => (
            <li key={principal}>
              <span className="flex flex-wrap items-center gap-2">
                <Verdict verdict={own} />
                <span className="font-mono text-code">{principal}</span>
                {preset && <span className="text-text-2">{t("why.preset", { preset })}</span>}
              </span>
              <ul className="ps-5">
                {policies.map(({ id, reason: because, place }) => (
                  <li key={id} className="wrap-anywhere">
                    <span className="font-mono text-code">{id}</span> · {because} <span className="text-text-3">({place})</span>
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

function WhoCan({ answer }: { answer: AclWhoCanResult }) {
  return (
    <section className="card text-sm">
      <h2 className="font-semibold">{t("why.whoTitle")}</h2>
      <ul className="divide-y divide-line">
        {answer.items.map(({ who, verdict, reason }) => (
          <li key={who} className="flex flex-wrap items-center gap-2 py-1.5">
            <Verdict verdict={verdict} />
            <span className="font-mono text-code">{who}</span>
            <span className="min-w-48 grow basis-0 wrap-anywhere text-text-2">{reason}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
