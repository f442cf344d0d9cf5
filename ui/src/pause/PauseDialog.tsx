import "../text/en/pause";
import { useId, useState } from "react";
import { duration } from "../format/time";
import { ActForm } from "../form/ActForm";
import { Choice } from "../form/Field";
import { Modal } from "../form/Modal";
import { useAct } from "../form/useAct";
import { useSelect, useStore } from "../store/react";
import { t } from "../text/text";
import { CHOICES, choiceOf, type PauseChoice, paramsOf, pausedOf, SPANS_MS } from "./pause";

/** The three ways to pause, each with what it means. What is chosen first is what stops most. */
export default function PauseDialog({ onClose }: { onClose: () => void }) {
  const store = useStore();
  const act = useAct();
  const paused = useSelect(pausedOf);
  const [choice, setChoice] = useState<PauseChoice>(paused ? choiceOf(paused) : "all");
  const [spanMs, setSpanMs] = useState(SPANS_MS[0] ?? 0);
  const save = async () => {
    if (await act.run("pause", () => store.client.call("runtime.pause", paramsOf(choice, spanMs)), t("pause.done"))) onClose();
  };
  return (
    <Modal title={t(paused ? "pause.changeTitle" : "pause.title")} isOpen onClose={onClose}>
      <ActForm act={act} action={t("pause.go")} onSubmit={() => void save()} onCancel={onClose}>
        <fieldset className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1.5">
          <legend className="sr">{t("pause.what")}</legend>
          {CHOICES.map((each) => (
            <One key={each} choice={each} isChosen={choice === each} onChoose={() => setChoice(each)} />
          ))}
        </fieldset>
        {choice === "while" && (
          <label className="flex flex-wrap items-center gap-3 text-sm">
            <span className="font-medium">{t("pause.span")}</span>
            <Choice
              label={t("pause.span")}
              value={String(spanMs)}
              options={[...SPANS_MS].sort((a, b) => a - b).map((ms) => [String(ms), duration(ms)] as const)}
              onChange={(ms) => setSpanMs(Number(ms))}
            />
          </label>
        )}
        <p className="text-sm text-text-2">{t("pause.note")}</p>
      </ActForm>
    </Modal>
  );
}

function One({ choice, isChosen, onChoose }: { choice: PauseChoice; isChosen: boolean; onChoose: () => void }) {
  const id = useId();
  return (
    <label
      className={`grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-3 rounded-lg border px-3 py-2 text-sm pointer-coarse:min-h-11 ${isChosen ? "border-accent bg-accent-soft" : "border-line"}`}
    >
      <input
        type="radio"
        name="pause"
        className="mt-1"
        aria-labelledby={`${id}-name`}
        aria-describedby={`${id}-text`}
        checked={isChosen}
        onChange={onChoose}
      />
      <span className="min-w-0">
        <span id={`${id}-name`} className="block font-medium">
          {t(`pause.choice.${choice}`)}
        </span>
        <span id={`${id}-text`} className="text-text-2">
          {t(`pause.choice.${choice}.text`)}
        </span>
      </span>
    </label>
  );
}
