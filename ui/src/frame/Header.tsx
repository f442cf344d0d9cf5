import { Keyboard, Pause, Search } from "lucide-react";
import { useSelect } from "../store/react";
import { t } from "../text/text";
import { pausedOf } from "../pause/pause";
import { HostStrip } from "./HostStrip";
import { useGoToApproval } from "../keys/keys";
import { StatusChip } from "./StatusChip";
import { ThemeMenu } from "../theme/ThemeMenu";

interface Props {
  onShortcuts: () => void;
  onPalette: () => void;
  onPause: () => void;
}

export function Header({ onShortcuts, onPalette, onPause }: Props) {
  const isPaused = useSelect((state) => pausedOf(state) !== undefined);
  const n = useSelect((state) => Object.values(state.permissions).filter((p) => p.status === "pending").length);
  const goToApproval = useGoToApproval();
  return (
    <header>
      <HostStrip />
      <div className="flex h-12 items-center gap-2 border-b border-line bg-surface px-3 pointer-coarse:h-14">
        <span className="text-[0.9375rem] font-semibold max-sm:sr-only">{t("app.name")}</span>
        <StatusChip />
        <span className="grow" />
        <button type="button" className="btn px-2 md:px-3" title={t("palette.open")} onClick={onPalette}>
          <Search size={16} strokeWidth={1.5} aria-hidden="true" />
          <span className="text-text-2 max-md:sr-only">{t("palette.hint")}</span>
          <kbd className="kbd max-md:hidden" aria-hidden="true">
            Ctrl K
          </kbd>
        </button>
        {n > 0 && (
          <button type="button" className="btn btn-ask px-2 md:px-3" onClick={goToApproval}>
            {t("waiting.button", { n })} <kbd className="kbd">!</kbd>
          </button>
        )}
        <button
          type="button"
          className="btn px-2 md:px-3"
          title={t(isPaused ? "frame.pauseChange" : "frame.pauseHint")}
          aria-pressed={isPaused}
          onClick={onPause}
        >
          <Pause size={16} strokeWidth={1.5} aria-hidden="true" />
          <span className="max-md:sr-only">{t("frame.pause")}</span>
        </button>
        <button
          type="button"
          className="btn btn-quiet btn-icon hidden md:inline-flex"
          aria-label={t("keys.open")}
          title={t("keys.open")}
          onClick={onShortcuts}
        >
          <Keyboard size={16} strokeWidth={1.5} aria-hidden="true" />
        </button>
        <ThemeMenu />
      </div>
    </header>
  );
}
