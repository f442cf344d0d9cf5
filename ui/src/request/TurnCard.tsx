import { CostFigure } from "../parts/CostFigure";
import { ErrorPanel } from "../parts/ErrorPanel";
import type { Turn } from "../rpc/protocol";
import { t } from "../text/text";

/** What the agent's run took: model, tokens, cost, and why it ended. */
export function TurnCard({ turn }: { turn?: Turn }) {
  return (
    <section className="card" aria-labelledby="turn-title">
      <h2 id="turn-title" className="card-title">
        {t("request.turn")}
      </h2>
      {!turn && <p className="text-sm text-text-2">{t("request.noTurn")}</p>}
      {turn?.error && (
        <div className="mb-2">
          <ErrorPanel what={t("chat.turnFailed")} why={turn.error.message} fix={turn.error.hint} code={turn.error.kind} />
        </div>
      )}
      {turn && <Facts turn={turn} />}
    </section>
  );
}

function Facts({ turn }: { turn: Turn }) {
  const { usage, cost, model, n_steps, stop_reason } = turn;
  return (
    <dl className="facts">
      {model && <dt>{t("request.model")}</dt>}
      {model && <dd className="font-mono text-code">{model}</dd>}
      <dt>{t("request.steps")}</dt>
      <dd>{n_steps}</dd>
      <dt>{t("request.tokensIn")}</dt>
      <dd>
        {usage.input_tokens.toLocaleString("en")}
        {usage.cached_input_tokens > 0 && ` · ${t("request.tokensCached", { n: usage.cached_input_tokens })}`}
      </dd>
      <dt>{t("request.tokensOut")}</dt>
      <dd>
        {usage.output_tokens.toLocaleString("en")}
        {usage.reasoning_tokens > 0 && ` · ${t("request.tokensReasoning", { n: usage.reasoning_tokens })}`}
      </dd>
      <dt>{t("request.cost")}</dt>
      <dd>
        <CostFigure cost={cost} />
      </dd>
      {stop_reason && <dt>{t("request.stopReason")}</dt>}
      {stop_reason && <dd>{t(`stop.${stop_reason}`)}</dd>}
    </dl>
  );
}
