import { cloneElement, type ReactElement, type ReactNode, useId } from "react";

interface Props {
  label: string;
  help?: ReactNode;
  children: ReactElement<{ "aria-describedby"?: string }>;
}

/** A control with its label above and its help below, which describes it and is not its name. */
export function Field({ label, help, children }: Props) {
  const id = useId();
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-1 text-sm">
      <label className="grid grid-cols-[minmax(0,1fr)] gap-1">
        <span className="font-medium">{label}</span>
        {help ? cloneElement(children, { "aria-describedby": id }) : children}
      </label>
      {help && (
        <span id={id} className="text-xs text-text-2">
          {help}
        </span>
      )}
    </div>
  );
}

export const INPUT = "field min-h-8 py-1 pointer-coarse:min-h-11";

interface FilterProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** The filter of a page: `/` goes to it. */
export function FilterField({ label, value, onChange }: FilterProps) {
  return (
    <input
      type="search"
      data-filter
      className={`${INPUT} max-w-72`}
      placeholder={label}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        onChange("");
        event.currentTarget.blur();
      }}
    />
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
  "aria-describedby"?: string;
}

/** One of a few, as the system shows such a choice. */
export function Choice<T extends string>({ label, value, options, onChange, "aria-describedby": describedBy }: ChoiceProps<T>) {
  return (
    <select
      aria-label={label}
      aria-describedby={describedBy}
      className={`${INPUT} w-auto max-w-full`}
      value={value}
      onChange={(event) => onChange(event.target.value as T)}
    >
      {options.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  );
}
