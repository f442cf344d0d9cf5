import type { ReactNode } from "react";

export type Tone = "ok" | "warn" | "danger" | "ask" | "run" | "mute";

const GLYPHS: Record<Tone, string> = { ok: "●", warn: "▲", danger: "✕", ask: "?", run: "◌", mute: "○" };

/** A state as shape, word and colour: never by colour alone. */
export function Chip({ tone, glyph, children }: { tone: Tone; glyph?: string; children: ReactNode }) {
  return (
    <span className={`chip chip-${tone}`}>
      <span aria-hidden="true" className="text-[0.625rem]">
        {glyph ?? GLYPHS[tone]}
      </span>
      {children}
    </span>
  );
}
