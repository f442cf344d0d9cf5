import { memo, useState } from "react";
import { Payload } from "../approval/Payload";
import { t } from "../text/text";
import { render } from "./render";
import { blocksOf, Splitter } from "./split";

const Block = memo(function Block({ raw, isSettled }: { raw: string; isSettled: boolean }) {
  // React takes the sanitizer's TrustedHTML as it is; its types know only strings.
  return <div dangerouslySetInnerHTML={{ __html: render(raw, isSettled) as unknown as string }} />;
});

/** Longest text that is laid out as Markdown; what is longer stands there as it is. */
const LEN_MAX = 100_000;

/** Finished Markdown. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  if (text.length > LEN_MAX) return <Payload text={text} label={t("chat.log")} />;
  return (
    <div className="prose" onClick={copyCode}>
      {blocksOf(text).map((raw, n) => (
        <Block key={n} raw={raw} isSettled />
      ))}
    </div>
  );
});

/** Markdown that is being written: settled blocks are rendered once, the last ones again and again. */
export function GrowingMarkdown({ text }: { text: string }) {
  const [splitter] = useState(() => new Splitter());
  const { settled, open } = splitter.feed(text);
  return (
    <div className="prose" onClick={copyCode}>
      {settled.map((raw, n) => (
        <Block key={n} raw={raw} isSettled />
      ))}
      {open.map((raw, n) => (
        <Block key={settled.length + n} raw={raw} isSettled={false} />
      ))}
    </div>
  );
}

function copyCode(event: React.MouseEvent): void {
  const button = (event.target as HTMLElement).closest("[data-copy]");
  const code = button?.parentElement?.querySelector("code")?.textContent;
  if (code) void navigator.clipboard?.writeText(code);
}
