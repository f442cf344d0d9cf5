import { useId } from "react";
import { Choice, Field, INPUT } from "../form/Field";
import { t } from "../text/text";
import { type Draft, KINDS, type Kind, type Unit, UNITS, whenOf } from "./when";

interface Props {
  draft: Draft;
  /** A heartbeat only beats every so often. */
  isBeat: boolean;
  onChange: (draft: Draft) => void;
}

const WEEKDAYS = ["1", "2", "3", "4", "5", "6", "0"] as const;

/** When, in words; each of them is a cron expression beneath, which is shown. */
export function WhenFields({ draft, isBeat, onChange }: Props) {
  const list = useId();
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  const { kind } = draft;
  const when = whenOf(draft);
  const kinds: readonly Kind[] = isBeat ? ["every"] : KINDS;
  const isTimed = kind === "daily" || kind === "weekdays" || kind === "weekly" || kind === "monthly";
  return (
    <div className="grid gap-3 md:grid-cols-2">
      <Field label={t("schedule.when")}>
        <Choice label={t("schedule.when")} value={kind} options={kinds.map((each) => [each, t(`schedule.kind.${each}`)] as const)} onChange={(next) => set({ kind: next })} />
      </Field>
      {kind === "every" && (
        <div className="flex items-end gap-2">
          <Field label={t("schedule.number")}>
            <input className={`${INPUT} max-w-24`} type="number" min={1} required value={draft.n} onChange={(event) => set({ n: event.target.value })} />
          </Field>
          <Choice
            label={t("schedule.unit")}
            value={draft.unit}
            options={(Object.keys(UNITS) as Unit[]).map((each) => [each, t(`schedule.unit.${each}`)] as const)}
            onChange={(unit) => set({ unit })}
          />
        </div>
      )}
      {kind === "weekly" && (
        <Field label={t("schedule.weekday")}>
          <Choice label={t("schedule.weekday")} value={draft.weekday} options={WEEKDAYS.map((each) => [each, t(`schedule.weekday.${each}`)] as const)} onChange={(weekday) => set({ weekday })} />
        </Field>
      )}
      {kind === "monthly" && (
        <Field label={t("schedule.day")}>
          <input className={`${INPUT} max-w-24`} type="number" min={1} max={31} required value={draft.day} onChange={(event) => set({ day: event.target.value })} />
        </Field>
      )}
      {isTimed && (
        <Field label={t("schedule.time")}>
          <input className={`${INPUT} max-w-36`} type="time" required value={draft.time} onChange={(event) => set({ time: event.target.value })} />
        </Field>
      )}
      {kind === "once" && (
        <Field label={t("schedule.moment")}>
          <input className={INPUT} type="datetime-local" required value={draft.moment} onChange={(event) => set({ moment: event.target.value })} />
        </Field>
      )}
      {kind === "cron" && (
        <Field label={t("schedule.expression")} help={t("schedule.expressionHelp")}>
          <input className={`${INPUT} font-mono`} spellCheck={false} required value={draft.expression} onChange={(event) => set({ expression: event.target.value })} />
        </Field>
      )}
      {(isTimed || kind === "cron") && (
        <Field label={t("schedule.zone")} help={isTimed && when?.kind === "cron" ? t("schedule.asCron", { expression: when.value.expression }) : undefined}>
          <input className={INPUT} spellCheck={false} required list={list} value={draft.zone} onChange={(event) => set({ zone: event.target.value })} />
        </Field>
      )}
      <datalist id={list}>
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </div>
  );
}
