import type { ReactNode } from "react";
import { t } from "../text/text";
import { CallError } from "../parts/ErrorPanel";
import type { Act } from "./useAct";

interface Props {
  /** What does it; its error stands above the buttons. */
  act: Act;
  /** What the button says that does it. */
  action: string;
  onSubmit: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** Fields, and the buttons that send or leave them. */
export function ActForm({ act, action, onSubmit, onCancel, children }: Props) {
  return (
    <form
      className="grid grid-cols-[minmax(0,1fr)] gap-3 wrap-anywhere"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <div className="flex gap-2">
        <button type="submit" className="btn btn-primary" disabled={act.isBlocked}>
          {action}
        </button>
        <button type="button" className="btn" onClick={onCancel}>
          {t("page.cancel")}
        </button>
      </div>
    </form>
  );
}
