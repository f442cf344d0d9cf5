import { amountOf, budgetText } from "../format/amount";
import { timeOfDay } from "../format/time";
import { Chip, type Tone } from "../parts/Chip";
import { CostFigure } from "../parts/CostFigure";
import type { BudgetFacts, BudgetState, StatusResult } from "../rpc/protocol";
import { t } from "../text/text";

const TONES: Record<BudgetState, Tone> = { fine: "ok", warned: "warn", exhausted: "danger" };
/** Budgets shown; all of them: `nexus budget list`. */
const BUDGETS_MAX = 4;

/** What today cost, and how much of each budget is spent, the fullest first. */
export function CostCard({ value }: { value: StatusResult }) {
  const used = value.budgets.filter((budget) => budget.accounts.length > 0).slice(0, BUDGETS_MAX);
  return (
    <section className="card" aria-labelledby="cost-title">
      <h2 id="cost-title" className="card-title">
        {t("home.cost")}
      </h2>
      <p className="text-xl font-semibold [&>span]:mt-1 [&>span]:font-normal">
        <CostFigure cost={value.costToday} />
      </p>
      <p className="mt-1 text-xs text-text-3">{t("home.costSince")}</p>
      {used.length > 0 && (
        <ul className="mt-3 divide-y divide-line text-sm" aria-label={t("home.budgets")}>
          {used.map((budget) => (
            <BudgetRow key={budget.budget.name} facts={budget} />
          ))}
        </ul>
      )}
    </section>
  );
}

function BudgetRow({ facts }: { facts: BudgetFacts }) {
  const account = facts.accounts[0];
  if (!account) return null;
  const limit = amountOf(facts.budget.limits, account.resource);
  const used = amountOf(account.used, account.resource);
  return (
    <li className="grid gap-1 py-2">
      <span className="flex items-center justify-between gap-2">
        <Chip tone={TONES[facts.state]}>{facts.budget.name}</Chip>
        <span className="meta">{t("home.budgetPercent", { n: account.percent })}</span>
      </span>
      <span className="wrap-anywhere text-text-2">
        {t("home.budgetOf", {
          used: budgetText(account.resource, used),
          limit: budgetText(account.resource, limit),
          holder: account.holder,
        })}
      </span>
      {facts.resetsAt != null && (
        <span className="text-xs text-text-3">{t("home.budgetResets", { time: timeOfDay(facts.resetsAt) })}</span>
      )}
    </li>
  );
}
