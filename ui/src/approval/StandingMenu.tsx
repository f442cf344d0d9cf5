import { Menu } from "@base-ui/react/menu";
import { ChevronDown } from "lucide-react";
import type { Proposal } from "../rpc/protocol";
import { t, type TextKey } from "../text/text";

/** A group of the menu: what its entries answer, and its heading. */
export interface StandingGroup<A> {
  answer: A;
  heading: TextKey;
  /** What the answer means, when it holds in one way and not in the places proposed. */
  only?: string;
}

interface Props<A> {
  label: string;
  /** The key that opens it. */
  hotkey: string;
  proposals: Proposal[];
  groups: StandingGroup<A>[];
  isOpen: boolean;
  isBlocked: boolean;
  tone: string;
  onOpen: (isOpen: boolean) => void;
  /** Without a proposal for an answer that holds in one way only. */
  onChoose: (answer: A, proposal?: number) => void;
}

/** Answers that hold beyond this call: each place where they could hold, the narrowest first. */
export function StandingMenu<A>({ label, hotkey, proposals, groups, isOpen, isBlocked, tone, onOpen, onChoose }: Props<A>) {
  return (
    <Menu.Root modal={false} open={isOpen} onOpenChange={onOpen}>
      <Menu.Trigger className={`btn ${tone}`} disabled={isBlocked}>
        {label} <kbd className="kbd">{hotkey}</kbd>
        <ChevronDown size={14} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="start" className="z-30">
          <Menu.Popup className="max-h-[min(28rem,var(--available-height))] max-w-[min(28rem,calc(100vw-2rem))] overflow-y-auto rounded-lg border border-line bg-surface p-1 text-sm shadow-lg outline-none">
            {groups.map(({ answer, heading, only }, n) => (
              <Menu.Group key={heading} className={n > 0 ? "mt-1 border-t border-line pt-1" : undefined}>
                <Menu.GroupLabel className="px-2 py-1 text-xs font-semibold text-text-2">{t(heading)}</Menu.GroupLabel>
                {(only === undefined ? proposals : [{ text: only }]).map(({ text }, index) => (
                  <Menu.Item
                    key={index}
                    className="flex min-h-8 items-center rounded-md px-2 py-1 break-words outline-none data-highlighted:bg-surface-2 pointer-coarse:min-h-11"
                    onClick={() => onChoose(answer, only === undefined ? index : undefined)}
                  >
                    {text}
                  </Menu.Item>
                ))}
              </Menu.Group>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
