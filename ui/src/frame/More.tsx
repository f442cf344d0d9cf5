import { Modal } from "../parts/Modal";
import { t } from "../text/text";
import { PlaceLink } from "./Nav";
import { PLACES } from "./places";

/** The pages that have no room in the bar of a phone. */
export default function More({ onClose }: { onClose: () => void }) {
  return (
    <Modal title={t("nav.more")} isOpen onClose={onClose}>
      <ul className="grid grid-cols-2 gap-1">
        {PLACES.filter(({ isInBar }) => !isInBar).map((place) => (
          <li key={place.to}>
            <PlaceLink place={place} onGo={onClose} />
          </li>
        ))}
      </ul>
    </Modal>
  );
}
