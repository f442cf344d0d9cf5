import "../text/en/usage";
import { useState } from "react";
import { useFilter } from "../address/useFilter";
import { dollars } from "../format/amount";
import { duration, timeOfDay } from "../format/time";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { FilterField } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { ModelFacts, ModelsTestResult } from "../rpc/protocol";
import { modelList } from "../store/lists";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";

/** A model that has to be loaded first takes its time. */
const TEST_MS_MAX = 120_000;

export function ModelsPage() {
  const store = useStore();
  const [{ q: filter }, change] = useFilter({ q: "" });
  const list = useResource(modelList);
  return (
    <Page title={t("models.title")} sub={t("models.sub")}>
      <FilterField label={t("models.filter")} value={filter} onChange={(q) => change({ q })} />
      <Loaded of={list} onRetry={() => store.resources.reload(modelList.key)}>
        {({ models: all }) => {
          const shown = all.filter(({ id }) => id.toLowerCase().includes(filter.toLowerCase()));
          if (all.length === 0) return <Empty>{t("models.empty")}</Empty>;
          if (shown.length === 0) return <Empty>{t("page.none", { filter })}</Empty>;
          return (
            <ul className="card divide-y divide-line py-1">
              {shown.map((model) => (
                <Row key={model.id} model={model} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Page>
  );
}

function priceOf({ inputMicroUsdPerMtok: input, outputMicroUsdPerMtok: output }: ModelFacts): string {
  if (input == null || output == null) return t("models.noPrice");
  if (input === 0 && output === 0) return t("models.free");
  return t("models.price", { input: dollars(input), output: dollars(output) });
}

function Row({ model }: { model: ModelFacts }) {
  const { id, isActive, isReady, reason, contextTokensMax, coolingUntil } = model;
  const store = useStore();
  const act = useAct();
  const [result, setResult] = useState<ModelsTestResult>();
  const test = () =>
    void act.run("test", async () => setResult(await store.client.call("models.test", { model: id }, { timeoutMs: TEST_MS_MAX })));
  return (
    <li className="grid gap-1.5 py-2.5" data-model={id}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="grid min-w-56 grow basis-0 gap-0.5 text-sm">
          <span className="flex flex-wrap items-center gap-2" data-row tabIndex={-1}>
            <span className="font-mono text-code font-semibold wrap-anywhere">{id}</span>
            <Chip tone={isReady ? "ok" : "mute"}>{t(isReady ? "models.ready" : "models.notReady")}</Chip>
            {isActive && <Chip tone="run">{t("models.active")}</Chip>}
            {coolingUntil && <Chip tone="warn">{t("models.cooling", { time: timeOfDay(coolingUntil) })}</Chip>}
          </span>
          <span className="text-text-2">
            {t("models.context", { n: contextTokensMax })} · {priceOf(model)}
          </span>
          <span className="wrap-anywhere text-text-2">{reason}</span>
        </div>
        <button type="button" className="btn" disabled={act.isBlocked} onClick={test}>
          {act.busy ? t("models.testing") : t("models.test")} <span className="sr">{id}</span>
        </button>
      </div>
      {result && (
        <p role="status" className={`text-sm wrap-anywhere ${result.isOk ? "text-ok-text" : "text-danger-text"}`}>
          {result.isOk ? "● " : "✕ "}
          <Plain text={t(result.isOk ? "models.worked" : "models.failed", { time: duration(result.totalMs), message: result.message })} />{" "}
          {result.hint}
        </p>
      )}
      {act.error && <CallError error={act.error} what={act.error.message} />}
    </li>
  );
}
