import type { Cost, Usage } from "../rpc/protocol";
import { t } from "../text/text";

const MICRO = 1_000_000;

/** A cost for people. Unknown is never shown as zero. */
export function costText({ basis, micro_usd }: Cost): string {
  if (basis === "unknown") return micro_usd > 0 ? `≥ ${dollars(micro_usd)}` : t("cost.unknown");
  if (basis === "free") return t("cost.free");
  return dollars(micro_usd);
}

function dollars(microUsd: number): string {
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
  return `${Math.round(n / 1_000)}k tokens`;
}
