import { useState } from "react";
import { segments } from "../format/payload";
import { download } from "../browser/download";
import { t } from "../text/text";

/** Most characters that are laid out before somebody asks for more. */
const LEN_MAX = 32_000;
/** Most characters that are laid out at all; what is longer is read in a file. */
const LAID_OUT_MAX = 256_000;

/**
 * Text exactly as it is: what cannot be seen is shown by name. Never taller than ten lines, and never
 * so much that the page stands still; where something is left out, that is said.
 */
export function Payload({ text, label = t("ask.payload") }: { text: string; label?: string }) {
  const [len, setLen] = useState(LEN_MAX);
  const nLeft = Math.max(0, text.length - len);
  return (
    <>
      <pre className="box" tabIndex={0} role="group" aria-label={label}>
        {segments(nLeft > 0 ? text.slice(0, len) : text).map((segment, n) =>
          segment.isHidden ? (
            <mark key={n} className="mx-0.5 rounded bg-danger-soft px-1 text-danger-text">
              {segment.text}
            </mark>
          ) : (
            segment.text
          ),
        )}
      </pre>
      {nLeft > 0 && (
        <p className="mt-1 flex flex-wrap items-center gap-2 text-sm" data-left={nLeft}>
          <span className="font-medium text-warn-text">{t("payload.left", { n: nLeft })}</span>
          {len < LAID_OUT_MAX && (
            <button type="button" className="btn" onClick={() => setLen(LAID_OUT_MAX)}>
              {t("page.more")}
            </button>
          )}
          <button type="button" className="btn" onClick={() => download("nexus.txt", text, "text/plain")}>
            {t("payload.whole")}
          </button>
        </p>
      )}
    </>
  );
}
