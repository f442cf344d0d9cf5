import { Dialog } from "@base-ui/react/dialog";
import { t, type TextKey } from "../text/text";

const ROWS: readonly [keys: string[], text: TextKey][] = [
  [["g", "h"], "keys.home"],
  [["g", "c"], "keys.chat"],
  [["n"], "keys.new"],
  [["/"], "keys.filter"],
  [["!"], "keys.ask"],
  [["A"], "keys.approve"],
  [["D"], "keys.deny"],
  [["R"], "keys.denyWhy"],
  [["Enter"], "keys.send"],
  [["Ctrl", "Enter"], "keys.steer"],
  [["Shift", "Enter"], "keys.newline"],
  [["Esc", "Esc"], "keys.stop"],
  [["?"], "keys.sheet"],
];

export function Shortcuts({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-20 bg-[oklch(0_0_0/0.4)]" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-30 max-h-[85dvh] w-[min(28rem,calc(100vw-1.5rem))] -translate-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-lg outline-none">
          <Dialog.Title className="mb-3 text-lg font-semibold">{t("keys.title")}</Dialog.Title>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-2 text-sm">
            {ROWS.map(([keys, text]) => (
              <div key={text} className="contents">
                <dt className="flex gap-1">
                  {keys.map((key, n) => (
                    <kbd key={n} className="rounded border border-line-strong px-1.5 font-mono text-xs leading-5">
                      {key}
                    </kbd>
                  ))}
                </dt>
                <dd className="m-0">{t(text)}</dd>
              </div>
            ))}
          </dl>
          <Dialog.Close className="btn mt-4">{t("keys.close")}</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
