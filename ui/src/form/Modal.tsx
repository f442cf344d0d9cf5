import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { t } from "../text/text";

interface Props {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  isWide?: boolean;
}

/** A dialog over the page: the focus stays inside, Escape closes it and gives the focus back. */
export function Modal({ title, isOpen, onClose, children, isWide = false }: Props) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-20 bg-[oklch(0_0_0/0.4)]" />
        <Dialog.Popup
          className={`fixed top-1/2 left-1/2 z-30 max-h-[85dvh] ${isWide ? "w-[min(44rem,calc(100vw-1.5rem))]" : "w-[min(30rem,calc(100vw-1.5rem))]"} -translate-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-lg outline-none`}
        >
          <Dialog.Title className="mb-3 text-lg font-semibold wrap-anywhere">{title}</Dialog.Title>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface ConfirmProps {
  title: string;
  text: ReactNode;
  /** What the button says that does it. */
  action: string;
  isOpen: boolean;
  isBlocked: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks once more before something that cannot be taken back. */
export function Confirm({ title, text, action, isOpen, isBlocked, onConfirm, onClose, children }: ConfirmProps) {
  return (
    <Modal title={title} isOpen={isOpen} onClose={onClose}>
      <div className="grid gap-3 text-sm">
        <p className="wrap-anywhere">{text}</p>
        {children}
        <div className="flex flex-wrap gap-2">
          <button type="button" className="btn btn-danger" disabled={isBlocked} onClick={onConfirm}>
            {action}
          </button>
          <button type="button" className="btn" onClick={onClose}>
            {t("page.cancel")}
          </button>
        </div>
      </div>
    </Modal>
  );
}
