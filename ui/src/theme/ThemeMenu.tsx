import { SunMoon } from "lucide-react";
import { useState } from "react";
import { t } from "../text/text";
import { setTheme, storedTheme, type Theme, THEMES } from "./theme";

/** The theme: a plain choice, which costs nothing to load and which every keyboard knows. */
export function ThemeMenu() {
  const [theme, setShown] = useState(storedTheme);
  const choose = (next: Theme) => {
    setShown(next);
    setTheme(next);
  };
  return (
    <span className="relative hidden items-center md:inline-flex">
      <SunMoon size={16} strokeWidth={1.5} aria-hidden="true" className="pointer-events-none absolute left-2" />
      <select
        aria-label={t("theme.label")}
        title={t("theme.label")}
        className="btn btn-quiet w-9 appearance-none ps-8 pe-0 text-transparent *:text-text"
        value={theme}
        onChange={(event) => choose(event.target.value as Theme)}
      >
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {t(`theme.${each}`)}
          </option>
        ))}
      </select>
    </span>
  );
}
