/** First pause after a connection was lost. */
export const DELAY_MS_MIN = 250;
/** Longest pause while a restart of the daemon is likely. */
const DELAY_MS_MAX_SOON = 1_500;
/** Longest pause after that. */
const DELAY_MS_MAX = 10_000;
/** How long a restart is likely. */
const SOON_MS = 120_000;

/**
 * The pause before try number `tries + 1`. `random` in 0..1 spreads many tabs over the last half
 * of the pause, so that they do not knock at the same instant.
 */
export function delayMs(tries: number, lostForMs: number, random: number): number {
  const max = lostForMs < SOON_MS ? DELAY_MS_MAX_SOON : DELAY_MS_MAX;
  const full = Math.min(max, DELAY_MS_MIN * 2 ** Math.min(tries, 16));
  return full / 2 + (full / 2) * random;
}
