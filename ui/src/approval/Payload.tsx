import { segments } from "../format/payload";
import { t } from "../text/text";

/** Text exactly as it is: what cannot be seen is shown by name. Never taller than ten lines. */
export function Payload({ text, label = t("ask.payload") }: { text: string; label?: string }) {
  return (
    <pre className="box" tabIndex={0} role="group" aria-label={label}>
      {segments(text).map((segment, n) =>
        segment.isHidden ? (
          <mark key={n} className="mx-0.5 rounded bg-danger-soft px-1 text-danger-text">
            {segment.text}
          </mark>
        ) : (
          segment.text
        ),
      )}
    </pre>
  );
}
