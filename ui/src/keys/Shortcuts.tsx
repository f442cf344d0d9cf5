import { Modal } from "../form/Modal";
import { t } from "../text/text";
import { PLACES } from "../frame/places";

const EVERYWHERE = [
  [["Ctrl", "K"], "keys.palette"],
  [["!"], "keys.ask"],
  [["Ctrl", "."], "keys.pause"],
  [["n"], "keys.new"],
  [["/"], "keys.filter"],
  [["j"], "keys.next"],
  [["k"], "keys.previous"],
  [["?"], "keys.sheet"],
] as const;
const APPROVAL = [
  [["A"], "keys.approve"],
  [["A", "Enter"], "keys.approveDangerous"],
  [["G"], "keys.approveFor"],
  [["D"], "keys.deny"],
  [["R"], "keys.denyWhy"],
  [["H"], "keys.extend"],
] as const;
const CHAT = [
  [["Enter"], "keys.send"],
  [["Ctrl", "Enter"], "keys.steer"],
  [["Shift", "Enter"], "keys.newline"],
  [["Esc", "Esc"], "keys.stop"],
] as const;

/** Every key, by where it works. */
export default function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Modal title={t("keys.title")} isOpen onClose={onClose} isWide>
      <div className="grid gap-x-8 gap-y-4 md:grid-cols-2">
        <div className="grid content-start gap-4">
          <Group title={t("keys.everywhere")} rows={EVERYWHERE.map(([keys, text]) => [keys, t(text)])} />
          <Group title={t("keys.onApproval")} rows={APPROVAL.map(([keys, text]) => [keys, t(text)])} />
          <Group title={t("keys.inChat")} rows={CHAT.map(([keys, text]) => [keys, t(text)])} />
        </div>
        <Group title={t("keys.goTo")} rows={PLACES.map(({ key, text }) => [["g", key], t(text)])} />
      </div>
      <button type="button" className="btn mt-4" onClick={onClose}>
        {t("keys.close")}
      </button>
    </Modal>
  );
}

function Group({ title, rows }: { title: string; rows: (readonly [keys: readonly string[], text: string])[] }) {
  return (
    <section>
      <h3 className="mb-1.5 text-sm font-semibold text-text-2">{title}</h3>
      <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1.5 text-sm">
        {rows.map(([keys, text]) => (
          <div key={text} className="contents">
            <dt className="flex gap-1">
              {keys.map((key, n) => (
                <kbd key={n} className="rounded border border-line-strong px-1.5 font-mono text-xs leading-5">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="m-0">{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
