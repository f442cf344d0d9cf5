import "../text/en/usage";
import { amountOf, budgetText } from "../format/amount";
import { timeOfDay } from "../format/time";
import { Meter } from "../parts/Meter";
import { Chip, type Tone } from "../parts/Chip";
import type { BudgetFacts, BudgetState } from "../rpc/protocol";
import { t } from "../text/text";

const TONES: Record<BudgetState, Tone> = { fine: "ok", warned: "warn", exhausted: "danger" };

/** Budgets with how full they are. */
export function BudgetList({ budgets }: { budgets: readonly BudgetFacts[] }) {
  return (
    <ul className="divide-y divide-line">
      {budgets.map(({ budget, accounts, state, resetsAt }) => (
        <li key={budget.name} className="grid gap-1.5 py-2 text-sm">
          <span className="flex flex-wrap items-center gap-2">
            <span className="font-semibold">{budget.name}</span>
            <Chip tone={TONES[state]}>{t(`budget.state.${state}`)}</Chip>
            <span className="text-text-2">
              {t("budget.scope", { scope: [budget.scope, budget.of, budget.class].filter(Boolean).join(" ") })}
              {resetsAt && ` · ${t("budget.resets", { time: timeOfDay(resetsAt) })}`}
            </span>
          </span>
          {accounts.length === 0 && <span className="text-text-2">{t("budget.unused")}</span>}
          {accounts.map(({ holder, resource, percent, used }) => (
            <span key={`${holder} ${resource}`} className="grid gap-1">
              <span className="flex flex-wrap justify-between gap-x-3">
                <span>
                  {t("home.budgetOf", {
                    used: budgetText(resource, amountOf(used, resource)),
                    limit: budgetText(resource, amountOf(budget.limits, resource)),
                    holder,
                  })}
                </span>
                <span className="text-text-2">{t("home.budgetPercent", { n: percent })}</span>
              </span>
              <Meter label={`${budget.name} ${holder}`} max={100} high={budget.warn_percent} value={percent} />
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}
