import { Link } from "@tanstack/react-router";
import { Chip, type Tone } from "../parts/Chip";
import { useNow } from "../browser/now";
import { useSelect } from "../store/react";
import { pausedOf } from "../pause/pause";
import type { State } from "../store/state";
import { t } from "../text/text";

/** Contact lost for less than this is not worth a word. */
const QUIET_MS = 3_000;

/** One word on how the daemon is, or on how contact with it is. */
export function StatusChip() {
  const connection = useSelect((state) => state.connection);
  const health = useSelect((state) => state.overview.value?.health);
  const isPaused = useSelect((state) => pausedOf(state) !== undefined);
  const now = useNow();
  const { tone, text, glyph } = describe(connection, health, isPaused, now);
  return (
    <span role="status">
      <Link to="/diagnostics" className="inline-flex min-h-6 items-center no-underline pointer-coarse:min-h-11">
        <Chip tone={tone} glyph={glyph}>
          {text}
        </Chip>
      </Link>
    </span>
  );
}

type Health = NonNullable<State["overview"]["value"]>["health"] | undefined;

interface Described {
  tone: Tone;
  text: string;
  glyph?: string;
}

function describe({ phase, lostAt, hello }: State["connection"], health: Health, isPaused: boolean, now: number): Described {
  if (phase === "unauthorised") return { tone: "warn", text: t("status.signedOut") };
  if (phase === "connecting") return { tone: "run", text: t("status.connecting") };
  const lostMs = lostAt === undefined ? 0 : now - lostAt;
  if (phase !== "online" && lostMs >= QUIET_MS) {
    if (phase === "offline") return { tone: "mute", text: t("status.offline"), glyph: "⊘" };
    return { tone: "warn", text: t("status.reconnecting", { seconds: Math.round(lostMs / 1_000) }) };
  }
  const status = health?.status ?? hello?.snapshot.health.status;
  if (status === "starting") return { tone: "run", text: t("status.starting") };
  if (status === "unhealthy") return { tone: "danger", text: t("status.unhealthy") };
  // A pause is what somebody wanted, so it says more than what is amiss; what is broken says more still.
  if (isPaused) return { tone: "mute", text: t("status.paused"), glyph: "‖" };
  if (status === "degraded") {
    const n = health?.checks.filter((check) => check.status !== "healthy").length ?? 1;
    return { tone: "warn", text: t("status.degraded", { n }) };
  }
  return { tone: "ok", text: t("status.running") };
}
