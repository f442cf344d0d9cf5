import { t } from "../text/text";

const LOOKS: Record<string, string> = {
  "+": "bg-ok-soft text-ok-text",
  "-": "bg-danger-soft text-danger-text",
  "@": "text-text-3",
};

/** A unified diff, line by line. The signs stay, so colour is not all there is. */
export function Diff({ text }: { text: string }) {
  return (
    <pre className="box max-h-80 px-0" tabIndex={0} role="group" aria-label={t("tool.record")}>
      {text.split("\n").map((line, n) => (
        <span key={n} className={`block px-3 ${LOOKS[line[0] ?? ""] ?? ""}`}>
          {line || " "}
        </span>
      ))}
    </pre>
  );
}
