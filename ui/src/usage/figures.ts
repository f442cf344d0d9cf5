import { dollars } from "../format/amount";
import type { UsageFigures } from "../rpc/protocol";
import { t } from "../text/text";

/** What figures cost. What has no known price is never shown as nothing. */
export function figuresCost({ pricedMicroUsd, estimatedMicroUsd, nUnpriced, nCalls }: UsageFigures): string {
  const known = pricedMicroUsd + estimatedMicroUsd;
  if (nUnpriced > 0) return known > 0 ? `≥ ${dollars(known)}` : t("cost.unknown");
  if (nCalls > 0 && known === 0) return t("cost.free");
  return dollars(known);
}

export function microUsdOf({ pricedMicroUsd, estimatedMicroUsd }: UsageFigures): number {
  return pricedMicroUsd + estimatedMicroUsd;
}

export function tokensOf({ usage }: UsageFigures): number {
  return usage.input_tokens + usage.output_tokens;
}
