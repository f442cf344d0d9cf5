import { useState } from "react";
import { Payload } from "../approval/Payload";
import { t } from "../text/text";

/** Lines that are shown before somebody asks for the rest. */
const LINES_MAX = 200;

/** What a tool wrote: its first lines, and the rest for whoever wants it. */
export function LongText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  const end = isWhole ? -1 : endOfLine(text, LINES_MAX);
  if (end < 0) return <Payload text={text} label={t("tool.result")} />;
  return (
    <>
      <Payload text={text.slice(0, end)} label={t("tool.result")} />
      <button type="button" className="btn mt-1" onClick={() => setWhole(true)}>
        {t("tool.showAll")} ({t("tool.lines", { n: nLines(text, end) })})
      </button>
    </>
  );
}

/** Where the n-th line ends; -1 when there are no more lines after it. No copy is made of a long text. */
function endOfLine(text: string, n: number): number {
  let at = -1;
  for (let line = 0; line < n; line++) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return -1;
  }
  return at;
}

function nLines(text: string, from: number): number {
  let n = 0;
  for (let at = from; at >= 0; at = text.indexOf("\n", at + 1)) n += 1;
  return n;
}
