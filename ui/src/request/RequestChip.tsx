import { Chip, type Tone } from "../parts/Chip";
import type { RequestStatus } from "../rpc/protocol";
import { t } from "../text/text";

const TONES: Record<RequestStatus, Tone> = {
  processing: "run",
  queued: "mute",
  parked: "ask",
  completed: "ok",
  denied: "danger",
  handled_by_automation: "ok",
  cancelled: "mute",
  failed: "danger",
};

/** How a request stands. */
export function RequestChip({ status }: { status: RequestStatus }) {
  return (
    <Chip tone={TONES[status]} glyph={status === "cancelled" ? "■" : undefined}>
      {t(`request.status.${status}`)}
    </Chip>
  );
}
