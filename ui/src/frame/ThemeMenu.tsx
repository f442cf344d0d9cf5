import { Menu } from "@base-ui/react/menu";
import { Check, SunMoon } from "lucide-react";
import { useState } from "react";
import { t } from "../text/text";

type Choice = "system" | "light" | "dark";
const CHOICES: readonly Choice[] = ["system", "light", "dark"];
/** Read by theme.js before the first paint. */
const KEY = "nexus.theme";

function stored(): Choice {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

export function ThemeMenu() {
  const [choice, setChoice] = useState(stored);
  const choose = (next: Choice) => {
    setChoice(next);
    if (next === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
    dispatchEvent(new Event("nexus:theme"));
  };
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="btn btn-quiet btn-icon" aria-label={t("theme.label")} title={t("theme.label")}>
        <SunMoon size={16} strokeWidth={1.5} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-30">
          <Menu.Popup className="min-w-40 rounded-lg border border-line bg-surface p-1 text-sm shadow-lg outline-none">
            <Menu.RadioGroup value={choice} onValueChange={choose} aria-label={t("theme.label")}>
              {CHOICES.map((each) => (
                <Menu.RadioItem
                  key={each}
                  value={each}
                  closeOnClick
                  className="flex min-h-8 items-center gap-2 rounded-md px-2 outline-none data-highlighted:bg-surface-2 pointer-coarse:min-h-11"
                >
                  <span className="w-4">
                    <Menu.RadioItemIndicator>
                      <Check size={14} aria-hidden="true" />
                    </Menu.RadioItemIndicator>
                  </span>
                  {t(`theme.${each}`)}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
