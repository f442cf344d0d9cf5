import { Plain } from "./Plain";

/** Longest line that is shown whole. */
const LINE_LEN_MAX = 2_000;

/** Lines as a program wrote them: nothing in them is markup, and no length of them freezes the page. */
export function LogLines({ lines, label }: { lines: readonly string[]; label: string }) {
  return (
    <div tabIndex={0} role="group" aria-label={label} className="box max-h-[28rem]">
      {lines.map((line, n) => (
        <div key={n}>
          <Plain text={line} max={LINE_LEN_MAX} />
        </div>
      ))}
    </div>
  );
}
