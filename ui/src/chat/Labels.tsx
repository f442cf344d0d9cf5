import { Popover } from "@base-ui/react/popover";
import { Chip, type Tone } from "../parts/Chip";
import type { SessionLabel } from "../rpc/protocol";
import { t } from "../text/text";

const LABELS = ["untrusted", "private", "secret"] as const;
const TONES: Record<(typeof LABELS)[number], Tone> = { untrusted: "warn", private: "mute", secret: "danger" };
/** Most sources shown of one label. */
const SOURCES_MAX = 8;

/** What the conversation has been exposed to; its sources on request. */
export function Labels({ labels }: { labels: SessionLabel[] }) {
  const held = LABELS.filter((label) => labels.some((each) => each.label === label));
  if (held.length === 0) return null;
  const isGuarded = held.includes("untrusted") && held.length > 1;
  return (
    <Popover.Root>
      <Popover.Trigger className="flex shrink-0 cursor-pointer gap-1 rounded" title={t("label.title")}>
        {held.map((label) => (
          <Chip key={label} tone={TONES[label]}>
            {t(`label.${label}`)}
          </Chip>
        ))}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" className="z-30">
          <Popover.Popup className="w-[min(26rem,90vw)] rounded border border-line bg-surface p-4 shadow-lg outline-none">
            <Popover.Title className="text-md font-semibold">{t("label.title")}</Popover.Title>
            {held.map((label) => (
              <section key={label} className="mt-3">
                <Chip tone={TONES[label]}>{t(`label.${label}`)}</Chip>
                <p className="mt-1 text-text-2">{t(`label.${label}.text`)}</p>
                <ul className="mt-1 list-disc ps-5">
                  {labels
                    .filter((each) => each.label === label)
                    .slice(0, SOURCES_MAX)
                    .map((each) => (
                      <li key={`${each.source} ${each.detail}`} className="break-words">
                        {t(`label.${each.source}`, { detail: each.detail })}
                      </li>
                    ))}
                </ul>
              </section>
            ))}
            {isGuarded && <p className="mt-3 font-semibold">{t("label.asks")}</p>}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
