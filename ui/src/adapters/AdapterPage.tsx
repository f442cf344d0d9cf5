import "../text/en/adapters";
import { Link, useParams, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useFilter } from "../address/useFilter";
import { duration, moment, timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { FilterField } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { LogLines } from "../parts/LogLines";
import { Confirm } from "../form/Modal";
import { Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { AdaptersHealthResult, AdaptersInfoResult } from "../rpc/protocol";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { AdapterActions } from "./AdapterActions";
import { adapterInfo, adapterLog, TONES } from "./state";

/** One adapter: how it is, what it may, what it wrote. */
export function AdapterPage() {
  const { name = "" } = useParams({ strict: false });
  const store = useStore();
  const info = useResource(adapterInfo(name));
  return (
    <Page title={name} sub={<Link to="/adapters">{t("adapters.list")}</Link>}>
      <Loaded of={info} onRetry={() => store.resources.reload(adapterInfo(name).key)}>
        {(value) => (
          <>
            <State info={value} />
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-2">
              <Facts info={value} />
              <Confinement info={value} />
            </div>
            <LastExit info={value} />
            <Log name={name} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function State({ info: { adapter } }: { info: AdaptersInfoResult }) {
  const { name, state, reason, since, retryAt } = adapter;
  const store = useStore();
  const router = useRouter();
  const act = useAct();
  const [health, setHealth] = useState<AdaptersHealthResult>();
  const [isRemoving, setRemoving] = useState(false);
  const check = () =>
    void act.run("health", async () => setHealth(await store.client.call("adapters.health", { name }, { timeoutMs: 60_000 })));
  const remove = async () => {
    const isDone = await act.run("remove", () => store.client.call("adapters.remove", { name }, { timeoutMs: 60_000 }), t("adapters.removed", { name }));
    setRemoving(false);
    if (isDone) void router.navigate({ to: "/adapters" });
  };
  const time = duration(health?.tookMs ?? 0);
  return (
    <section className="card grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Chip tone={TONES[state]}>{t(`adapters.state.${state}`)}</Chip>
        <span className="grow text-sm text-text-2">
          {t("adapters.account", { account: adapter.account })} · {t("adapters.since", { time: timeOfDay(since) })}
          {retryAt && ` · ${t("adapters.retry", { time: timeOfDay(retryAt) })}`}
        </span>
        <AdapterActions adapter={adapter} />
        <button type="button" className="btn" disabled={act.isBlocked} onClick={check}>
          {t("adapters.check")}
        </button>
        <button type="button" className="btn btn-danger" disabled={act.isBlocked} onClick={() => setRemoving(true)}>
          {t("adapters.remove")}
        </button>
      </div>
      {reason && (
        <p className="text-sm wrap-anywhere">
          <Plain text={reason} />
        </p>
      )}
      {health && (
        <p role="status" className={`text-sm ${health.isHealthy ? "text-ok-text" : "text-danger-text"}`}>
          {t(health.isHealthy ? "adapters.healthy" : "adapters.unhealthy", { time })} <Plain text={health.detail} />
        </p>
      )}
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <Confirm
        title={t("adapters.removeTitle", { name })}
        text={t("adapters.removeText")}
        action={t("adapters.remove")}
        isOpen={isRemoving}
        isBlocked={act.isBlocked}
        onConfirm={() => void remove()}
        onClose={() => setRemoving(false)}
      />
    </section>
  );
}

function Facts({ info: { adapter, facts, manifest, command, credential, folder } }: { info: AdaptersInfoResult }) {
  const said = facts ?? manifest;
  return (
    <section className="card" aria-labelledby="facts-title">
      <h2 id="facts-title" className="card-title">
        {t("adapters.facts")}
      </h2>
      <dl className="facts">
        <dt>{t("adapters.channel")}</dt>
        <dd>{adapter.channel ?? said?.channel ?? "–"}</dd>
        {said && (
          <>
            <dt>{t("adapters.version")}</dt>
            <dd>{said.version}</dd>
            <dt>{t("adapters.supports")}</dt>
            <dd>{said.supports.join(", ")}</dd>
          </>
        )}
        {facts && (
          <>
            <dt>{t("adapters.idempotent")}</dt>
            <dd>{t(facts.has_idempotent_sends ? "adapters.idempotent.yes" : "adapters.idempotent.no")}</dd>
          </>
        )}
        <dt>{t("adapters.pid")}</dt>
        <dd>{adapter.pid ?? "–"}</dd>
        {adapter.nQuickExits > 0 && (
          <>
            <dt>{t("adapters.quickExits")}</dt>
            <dd>{t("adapters.times", { n: adapter.nQuickExits })}</dd>
          </>
        )}
        <dt>{t("adapters.command")}</dt>
        <dd className="font-mono text-code">
          <Plain text={command.join(" ")} />
        </dd>
        <dt>{t("adapters.credential")}</dt>
        <dd>{credential ?? "–"}</dd>
        <dt>{t("adapters.folder")}</dt>
        <dd className="font-mono text-code">{folder}</dd>
      </dl>
    </section>
  );
}

function Confinement({ info: { confinement, manifest } }: { info: AdaptersInfoResult }) {
  const needs = manifest?.needs;
  const declared = needs ? (["hosts", "listen", "folders", "credentials"] as const).filter((each) => needs[each].length > 0) : [];
  return (
    <section className="card" aria-labelledby="confinement-title">
      <h2 id="confinement-title" className="card-title">
        {t("adapters.confinement")}
      </h2>
      <dl className="facts">
        <dt>{t("adapters.posture")}</dt>
        <dd>{confinement.posture}</dd>
        {needs && declared.length > 0 && (
          <>
            <dt>{t("adapters.needs")}</dt>
            <dd>{declared.map((each) => t(`adapters.needs.${each}`, { list: needs[each].join(", ") })).join("; ")}</dd>
          </>
        )}
      </dl>
      <ul className="mt-1.5 list-disc ps-5 text-sm">
        {confinement.may.map((each) => (
          <li key={each} className="wrap-anywhere">
            {each}
          </li>
        ))}
      </ul>
      {confinement.gaps.length > 0 && (
        <div className="mt-2 text-sm text-warn-text">
          <p className="font-medium">{t("adapters.gaps")}</p>
          <ul className="list-disc ps-5">
            {confinement.gaps.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function LastExit({ info: { adapter } }: { info: AdaptersInfoResult }) {
  const exit = adapter.lastExit;
  if (!exit) return null;
  return (
    <section className="card" aria-labelledby="exit-title">
      <h2 id="exit-title" className="card-title">
        {t("adapters.lastExit")}
      </h2>
      <p className="mb-2 text-sm wrap-anywhere">
        {moment(exit.at)} · <Plain text={exit.reason} />
      </p>
      {exit.stderr.length > 0 && <LogLines lines={exit.stderr} label={t("adapters.lastExit")} />}
    </section>
  );
}

function Log({ name }: { name: string }) {
  const store = useStore();
  const [{ q: filter }, change] = useFilter({ q: "" });
  const log = useResource(adapterLog(name));
  return (
    <section className="grid gap-2" aria-labelledby="log-title">
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="log-title" className="grow text-sm font-semibold text-text-2">
          {t("adapters.log")}
        </h2>
        <FilterField label={t("adapters.logFilter")} value={filter} onChange={(q) => change({ q })} />
        <button type="button" className="btn" onClick={() => store.resources.reload(adapterLog(name).key)}>
          {t("page.reload")}
        </button>
      </div>
      <Loaded of={log} onRetry={() => store.resources.reload(adapterLog(name).key)}>
        {({ lines, path }) => {
          const shown = lines.filter((line) => line.toLowerCase().includes(filter.toLowerCase()));
          if (lines.length === 0) return <p className="text-sm text-text-2">{t("adapters.logEmpty")}</p>;
          if (shown.length === 0) return <p className="text-sm text-text-2">{t("page.none", { filter })}</p>;
          return (
            <>
              <LogLines lines={shown} label={t("adapters.log")} />
              <p className="font-mono text-code wrap-anywhere text-text-3">{path}</p>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
