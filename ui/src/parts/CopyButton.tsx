import { useState } from "react";
import { t } from "../text/text";

export function CopyButton({ text, label = t("page.copy") }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
  };
  return (
    <button type="button" className="btn" onClick={() => void copy()}>
      {isCopied ? t("error.copied") : label}
    </button>
  );
}
