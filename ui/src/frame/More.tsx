import { useState } from "react";
import { Choice } from "../form/Field";
import { Modal } from "../form/Modal";
import { t } from "../text/text";
import { PlaceLink } from "./Nav";
import { PLACES } from "./places";
import { setTheme, storedTheme, THEMES } from "../theme/theme";

/** The pages that have no room in the bar of a phone. */
export default function More({ onClose }: { onClose: () => void }) {
  const [theme, setShown] = useState(storedTheme);
  return (
    <Modal title={t("nav.more")} isOpen onClose={onClose}>
      <ul className="grid grid-cols-2 gap-1">
        {PLACES.filter(({ isInBar }) => !isInBar).map((place) => (
          <li key={place.to}>
            <PlaceLink place={place} onGo={onClose} />
          </li>
        ))}
      </ul>
      <div className="mt-3 border-t border-line pt-3">
        <Choice
          label={t("theme.label")}
          value={theme}
          options={THEMES.map((each) => [each, t("theme.choice", { theme: t(`theme.${each}`) })] as const)}
          onChange={(next) => {
            setShown(next);
            setTheme(next);
          }}
        />
      </div>
    </Modal>
  );
}
