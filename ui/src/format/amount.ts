import type { Amounts, Cost, Limits, Resource, Usage } from "../rpc/protocol";
import { t } from "../text/text";

const MICRO = 1_000_000;

/** A cost for people. Unknown is never shown as zero. */
export function costText({ basis, micro_usd }: Cost): string {
  if (basis === "unknown") return micro_usd > 0 ? `≥ ${dollars(micro_usd)}` : t("cost.unknown");
  if (basis === "free") return t("cost.free");
  return dollars(micro_usd);
}

/** An amount of money: two digits, or as many as a small one needs. */
export function dollars(microUsd: number): string {
  const usd = microUsd / MICRO;
  if (usd === 0 || usd >= 0.1) return `$${usd.toFixed(2)}`;
  return `$${usd.toFixed(usd >= 0.001 ? 4 : 6)}`;
}

/** Where the figure comes from. */
export function costBasis(cost: Cost): string {
  return t(`cost.basis.${cost.basis}`);
}

/** `38k tokens`, `812 tokens`. */
export function tokensText(usage: Usage): string {
  const n = usage.input_tokens + usage.output_tokens;
  if (n < 10_000) return t("tokens", { n });
  return t("tokens.thousands", { n: Math.round(n / 1_000) });
}

/** `812 bytes`, `38 KiB`, `2.1 MiB`. */
export function bytesText(n: number): string {
  if (n < 1024) return t("bytes", { n });
  const [size, unit] = n < 1024 * 1024 ? [n / 1024, "KiB"] : [n / 1024 / 1024, "MiB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** The amount of one resource of a budget. */
export function amountOf(amounts: Amounts | Limits, resource: Resource): number {
  const by = { money: amounts.micro_usd, tokens: amounts.tokens, tool_calls: amounts.tool_calls, model_time: amounts.model_ms };
  return by[resource] ?? 0;
}

/** An amount of a resource: `$1.20`, `38k tokens`, `12 tool calls`, `61 s of model time`. */
export function budgetText(resource: Resource, n: number): string {
  if (resource === "money") return dollars(n);
  if (resource === "tokens") return n < 10_000 ? t("tokens", { n }) : t("tokens.thousands", { n: Math.round(n / 1_000) });
  if (resource === "tool_calls") return t("budget.toolCalls", { n });
  return t("budget.modelTime", { n: Math.round(n / 1_000) });
}
