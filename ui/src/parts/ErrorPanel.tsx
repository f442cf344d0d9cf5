import { type ReactNode, useState } from "react";
import { RpcError } from "../rpc/error";
import { t } from "../text/text";

interface Props {
  what: string;
  why: string;
  /** How to mend it: words, or a command. */
  fix?: string | null;
  command?: string;
  code?: string;
  children?: ReactNode;
}

/** What happened, why, and how to mend it: the same three things as on the command line. */
export function ErrorPanel({ what, why, fix, command, code, children }: Props) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    const text = [what, why, fix, command, code].filter(Boolean).join("\n");
    await navigator.clipboard?.writeText(text);
    setCopied(true);
  };
  return (
    <div role="alert" className="card border-danger">
      <p className="font-semibold text-danger-text">{what}</p>
      <dl className="facts mt-1.5">
        <dt>{t("error.why")}</dt>
        <dd>{why}</dd>
        {(fix || command) && <dt>{t("error.fix")}</dt>}
        {(fix || command) && (
          <dd>
            {fix} {command && <code className="font-mono text-code">{command}</code>}
          </dd>
        )}
      </dl>
      <div className="mt-2.5 flex flex-wrap items-center gap-2">
        {children}
        <button type="button" className="btn" onClick={() => void copy()}>
          {isCopied ? t("error.copied") : t("error.copy")}
        </button>
        {code && <span className="meta font-mono">{code}</span>}
      </div>
    </div>
  );
}

/** The same for a failed call. */
export function CallError({ error, what, onRetry }: { error: RpcError; what: string; onRetry?: () => void }) {
  return (
    <ErrorPanel what={what} why={error.message} fix={error.hint} code={error.code}>
      {onRetry && (
        <button type="button" className="btn btn-primary" onClick={onRetry}>
          {t("error.retry")}
        </button>
      )}
    </ErrorPanel>
  );
}
