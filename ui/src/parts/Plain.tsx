import { segments } from "../format/payload";

/** Longest text that is shown in one piece. */
const LEN_MAX = 4_000;

/** Text from outside: hidden characters by their names, cut where it would choke the page, its own direction. */
export function Plain({ text, max = LEN_MAX }: { text: string; max?: number }) {
  const shown = text.length > max ? `${text.slice(0, max)}…` : text;
  return (
    <bdi>
      {segments(shown).map((segment, n) =>
        segment.isHidden ? (
          <mark key={n} className="mx-0.5 rounded bg-danger-soft px-1 font-mono text-[0.6875rem] text-danger-text">
            {segment.text}
          </mark>
        ) : (
          segment.text
        ),
      )}
    </bdi>
  );
}
