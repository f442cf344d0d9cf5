import { useState } from "react";
import { Payload } from "../approval/Payload";
import { t } from "../text/text";

/** Lines that are shown before somebody asks for the rest. */
const LINES_MAX = 200;

export function LongText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  const lines = text.split("\n");
  const n = lines.length - LINES_MAX;
  if (n <= 0 || isWhole) return <Payload text={text} label={t("tool.result")} />;
  return (
    <>
      <Payload text={lines.slice(0, LINES_MAX).join("\n")} label={t("tool.result")} />
      <button type="button" className="btn mt-1" onClick={() => setWhole(true)}>
        {t("tool.showAll")} ({t("tool.lines", { n })})
      </button>
    </>
  );
}
