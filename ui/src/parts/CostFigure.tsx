import { costBasis, costText } from "../format/amount";
import type { Cost } from "../rpc/protocol";

/** A cost that says where it comes from. */
export function CostFigure({ cost }: { cost: Cost }) {
  return (
    <>
      {costText(cost)}
      <span className="block text-xs text-text-3">{costBasis(cost)}</span>
    </>
  );
}
