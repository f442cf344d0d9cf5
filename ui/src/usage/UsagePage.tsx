import "../text/en/usage";
import { oneOf } from "../address/query";
import { useFilter } from "../address/useFilter";
import { budgetList } from "../agents/resources";
import { dollars, tokensText } from "../format/amount";
import { download } from "../browser/download";
import { Choice } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Empty, Page } from "../parts/Page";
import type { UsageBy, UsageListResult, UsageRow } from "../rpc/protocol";
import { byType, type Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { type Bar, DayChart, NamedBars } from "./BarChart";
import { BudgetList } from "./BudgetList";
import { figuresCost, microUsdOf, tokensOf } from "./figures";

const DAY_MS = 86_400_000;
const BYS: readonly UsageBy[] = ["day", "agent", "model", "session", "key", "class"];
const SPANS = { today: 1, week: 7, month: 30, year: 365 } as const;
type Span = keyof typeof SPANS;
type Measure = "cost" | "tokens";
/** Most rows that are read for one view; a year has fewer days. */
const ROWS_MAX = 400;
const PAGE_LEN = 200;
/** Most bars with a name; the table has all. */
const BARS_MAX = 12;

/** A day in UTC, as usage is kept by. */
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

function usage(by: UsageBy, since: string): Resource<UsageListResult> {
  const load: Resource<UsageListResult>["load"] = async (client) => {
    const rows: UsageRow[] = [];
    let cursor: string | null = null;
    for (;;) {
      const page: UsageListResult = await client.call("usage.list", { by, filter: { since }, limit: PAGE_LEN, cursor });
      rows.push(...page.rows);
      cursor = page.nextCursor ?? null;
      if (cursor === null || rows.length >= ROWS_MAX) return { rows, total: page.total, nextCursor: cursor };
    }
  };
  return { key: `usage.list ${by} ${since}`, load, isTouched: byType(/^turn\.completed/) };
}

/** Every day of a span, those without usage too: a gap is not a neighbour. */
function days(rows: readonly UsageRow[], n: number, now: number): (UsageRow | { name: string; figures: undefined })[] {
  const known = new Map(rows.map((row) => [row.name, row]));
  return Array.from({ length: n }, (_, back) => {
    const name = dayOf(now - (n - 1 - back) * DAY_MS);
    return known.get(name) ?? { name, figures: undefined };
  });
}

/** What was used and what it cost, by whatever one wants to know it by. */
export function UsagePage() {
  const store = useStore();
  const [asked, change] = useFilter({ by: "day", span: "month", measure: "cost" });
  const by = oneOf(BYS, asked.by, "day");
  const span = oneOf(Object.keys(SPANS) as Span[], asked.span, "month");
  const measure = oneOf<Measure>(["cost", "tokens"], asked.measure, "cost");
  const now = Date.now();
  const resource = usage(by, dayOf(now - (SPANS[span] - 1) * DAY_MS));
  const list = useResource(resource);
  const budgets = useResource(budgetList);
  const barOf = (row: UsageRow | { name: string; figures: undefined }): Bar => {
    const { name, figures } = row;
    const shown = name === "" ? t("usage.noneName") : name;
    if (!figures) return { name: shown, value: 0, text: measure === "cost" ? dollars(0) : t("tokens", { n: 0 }) };
    if (measure === "cost") return { name: shown, value: microUsdOf(figures), text: figuresCost(figures) };
    return { name: shown, value: tokensOf(figures), text: tokensText(figures.usage) };
  };
  const label = t(measure === "cost" ? "usage.chartCost" : "usage.chartTokens", { by: t(`usage.by.${by}`) });
  return (
    <Page title={t("usage.title")} sub={t("usage.sub")}>
      <div className="flex flex-wrap gap-2">
        <Choice label={t("usage.by")} value={by} options={BYS.map((each) => [each, `${t("usage.by")} ${t(`usage.by.${each}`)}`] as const)} onChange={(next) => change({ by: next })} />
        <Choice label={t("usage.span")} value={span} options={(Object.keys(SPANS) as Span[]).map((each) => [each, t(`usage.span.${each}`)] as const)} onChange={(next) => change({ span: next })} />
        <Choice
          label={t("usage.measure")}
          value={measure}
          options={(["cost", "tokens"] as const).map((each) => [each, t(`usage.measure.${each}`)] as const)}
          onChange={(next) => change({ measure: next })}
        />
      </div>
      <Loaded of={list} onRetry={() => store.resources.reload(resource.key)}>
        {({ rows, total }) => {
          if (total.nCalls === 0 && total.nToolCalls === 0) return <Empty>{t("usage.empty")}</Empty>;
          const bars = rows.map(barOf).sort((a, b) => b.value - a.value);
          return (
            <>
              <section className="card grid gap-3" aria-labelledby="usage-total">
                <div>
                  <h2 id="usage-total" className="text-sm font-semibold text-text-2">
                    {t("usage.total")}
                  </h2>
                  <p className="text-lg font-semibold">
                    {figuresCost(total)} <span className="text-sm font-normal text-text-2">{tokensText(total.usage)}</span>
                  </p>
                  <p className="text-xs text-text-2">
                    {total.nUnpriced > 0 ? t("usage.unpriced", { n: total.nUnpriced }) : t("usage.priced")}
                    {total.estimatedMicroUsd > 0 && `; ${t("usage.estimated", { cost: dollars(total.estimatedMicroUsd) })}`}
                  </p>
                </div>
                {bars.every(({ value }) => value === 0) ? (
                  <p className="text-sm text-text-2">{t("usage.zero")}</p>
                ) : by === "day" ? (
                  <DayChart label={label} bars={days(rows, SPANS[span], now).map(barOf)} />
                ) : (
                  <NamedBars label={label} bars={bars.slice(0, BARS_MAX)} />
                )}
              </section>
              <Figures rows={rows} by={by} />
            </>
          );
        }}
      </Loaded>
      <section className="card" aria-labelledby="usage-budgets">
        <h2 id="usage-budgets" className="card-title">
          {t("usage.budgets")}
        </h2>
        <Loaded of={budgets} lines={2} onRetry={() => store.resources.reload(budgetList.key)}>
          {({ budgets: all }) =>
            all.length === 0 ? <p className="text-sm text-text-2">{t("usage.noBudgets")}</p> : <BudgetList budgets={all} />
          }
        </Loaded>
      </section>
    </Page>
  );
}

function Figures({ rows, by }: { rows: readonly UsageRow[]; by: UsageBy }) {
  const csv = () => {
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const lines = rows.map(({ name, figures }) => {
      const { input_tokens, output_tokens, cached_input_tokens } = figures.usage;
      return [quoted(name), microUsdOf(figures), figures.nUnpriced, input_tokens, output_tokens, cached_input_tokens, figures.nCalls].join(",");
    });
    const head = [by, "micro_usd", "unpriced_calls", "input_tokens", "output_tokens", "cached_input_tokens", "calls"].join(",");
    download(`nexus-usage-${by}.csv`, `${[head, ...lines].join("\n")}\n`, "text/csv");
  };
  return (
    <section className="card grid gap-2" aria-labelledby="usage-table">
      <div className="flex items-center gap-2">
        <h2 id="usage-table" className="grow text-sm font-semibold text-text-2">
          {t("usage.table")}
        </h2>
        <button type="button" className="btn" onClick={csv}>
          {t("usage.csv")}
        </button>
      </div>
      <div tabIndex={0} role="group" aria-label={t("usage.table")} className="overflow-x-auto">
        <table className="w-full text-sm">
          <thead>
            <tr className="text-start text-text-2 [&>th]:py-1 [&>th]:pe-4 [&>th]:text-start [&>th]:font-medium">
              <th scope="col">{t("usage.name")}</th>
              <th scope="col">{t("usage.cost")}</th>
              <th scope="col">{t("usage.in")}</th>
              <th scope="col">{t("usage.out")}</th>
              <th scope="col">{t("usage.cached")}</th>
              <th scope="col">{t("usage.calls")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, figures }) => (
              <tr key={name} className="border-t border-line [&>*]:py-1 [&>*]:pe-4 [&>th]:text-start [&>th]:font-normal">
                <th scope="row">{name === "" ? t("usage.noneName") : name}</th>
                <td>{figuresCost(figures)}</td>
                <td>{t("tokens", { n: figures.usage.input_tokens })}</td>
                <td>{t("tokens", { n: figures.usage.output_tokens })}</td>
                <td>{t("tokens", { n: figures.usage.cached_input_tokens })}</td>
                <td>{figures.nCalls}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
