import { t } from "../text/text";

const LOOKS: Record<string, string> = {
  "+": "bg-ok-soft text-ok-text",
  "-": "bg-danger-soft text-danger-text",
  "@": "text-text-3",
};

/** Most lines, and most characters of one, that are laid out. */
const LINES_MAX = 500;
const LINE_LEN_MAX = 1_000;
/** Most of a diff that is looked at. */
const LEN_MAX = LINES_MAX * LINE_LEN_MAX;

/** A unified diff, line by line. The signs stay, so colour is not all there is. */
export function Diff({ text }: { text: string }) {
  return (
    <pre className="box max-h-80 px-0" tabIndex={0} role="group" aria-label={t("tool.record")}>
      {text.slice(0, LEN_MAX).split("\n", LINES_MAX).map((line, n) => (
        <span key={n} className={`block px-3 ${LOOKS[line[0] ?? ""] ?? ""}`}>
          {(line.length > LINE_LEN_MAX ? `${line.slice(0, LINE_LEN_MAX)}…` : line) || " "}
        </span>
      ))}
    </pre>
  );
}
