import "../text/en/approvals";
import "../text/en/pause";
import { Dialog } from "@base-ui/react/dialog";
import { useRouter } from "@tanstack/react-router";
import { useId, useMemo, useState } from "react";
import { wants } from "../approval/wants";
import { newSessionKey } from "../chat/keys";
import { Plain } from "../parts/Plain";
import { say } from "../form/notice";
import { pausedOf } from "../pause/pause";
import { RpcError } from "../rpc/error";
import { adapterList, agentList, sessionList } from "../store/lists";
import { useResource, useSelect, useStore } from "../store/react";
import { LANGUAGES, setLanguage, t } from "../text/text";
import { pendingOf } from "./keys";
import { PLACES } from "../frame/places";
import { setTheme, THEMES } from "../theme/theme";
import { type Found, search } from "./search";

/** Most rows that are shown: who looks for more writes more. */
const ROWS_MAX = 50;

interface Props {
  onClose: () => void;
  onShortcuts: () => void;
  onPause: () => void;
}

/** One list of everything that can be gone to or done. */
export default function Palette({ onClose, onShortcuts, onPause }: Props) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const items = useItems(onShortcuts, onPause);
  const found = useMemo(() => search(items, text).slice(0, ROWS_MAX), [items, text]);
  const chosen = found[Math.min(at, found.length - 1)];
  const run = (item: Found | undefined) => {
    if (!item) return;
    onClose();
    item.run();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      const next = (Math.min(at, found.length - 1) + by + found.length) % Math.max(1, found.length);
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(chosen);
    }
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-20 bg-[oklch(0_0_0/0.4)]" />
        <Dialog.Popup className="fixed top-[10dvh] left-1/2 z-30 flex max-h-[75dvh] w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col rounded-xl border border-line bg-surface shadow-lg outline-none">
          <Dialog.Title className="sr">{t("palette.title")}</Dialog.Title>
          <input
            className="min-h-12 rounded-t-xl border-b border-line bg-transparent px-4 outline-none pointer-coarse:text-base"
            role="combobox"
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={chosen && `${id}-${found.indexOf(chosen)}`}
            aria-label={t("palette.field")}
            placeholder={t("palette.field")}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={text}
            onKeyDown={onKeyDown}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
          />
          <ul id={`${id}-list`} role="listbox" aria-label={t("palette.title")} className="min-h-0 overflow-y-auto p-1.5">
            {found.map((item, n) => (
              <li
                key={item.id}
                id={`${id}-${n}`}
                role="option"
                aria-selected={item === chosen}
                className={`flex min-h-9 cursor-pointer items-center gap-3 rounded-lg px-2.5 text-sm pointer-coarse:min-h-11 ${item === chosen ? "bg-accent-soft text-accent-text" : ""}`}
                onPointerMove={() => setAt(n)}
                onClick={() => run(item)}
              >
                <span className="min-w-0 grow truncate">
                  <Plain text={item.text} max={160} />
                </span>
                <span className="shrink-0 text-xs text-text-2">{item.kind}</span>
                {item.keys && <kbd className="kbd shrink-0">{item.keys}</kbd>}
              </li>
            ))}
          </ul>
          {found.length === 0 && <p className="px-4 pb-4 text-sm text-text-2">{t("palette.none")}</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useItems(onShortcuts: () => void, onPause: () => void): Found[] {
  const router = useRouter();
  const store = useStore();
  const permissions = useSelect((state) => state.permissions);
  const isPaused = useSelect((state) => pausedOf(state) !== undefined);
  const agents = useResource(agentList).value?.agents;
  const sessions = useResource(sessionList).value?.sessions;
  const adapters = useResource(adapterList).value?.adapters;
  return useMemo(() => {
    const items: Found[] = [];
    const add = (prefix: string, kind: string, id: string, text: string, run: () => void, keys?: string) =>
      items.push({ id: `${prefix}${id}`, prefix, kind, text, run, keys });
    for (const permission of pendingOf({ permissions })) {
      const params = { id: permission.id };
      add("!", t("palette.approval"), permission.id, `${wants(permission)}: ${permission.action.summary}`, () =>
        void router.navigate({ to: "/approvals/$id", params }),
      );
    }
    for (const { to, text, key } of PLACES) {
      add("/", t("palette.page"), to, t(text), () => void router.navigate({ to }), `g ${key}`);
    }
    const action = (id: string, text: string, run: () => void, keys?: string) =>
      add(">", t("palette.action"), id, text, run, keys);
    const toTab = (tab: string) => () => void router.navigate({ to: "/access/$tab", params: { tab } });
    const newChat = () => void router.navigate({ to: "/chat/$session", params: { session: newSessionKey() } });
    const tell = (call: Promise<unknown>, done: string) =>
      void call.then(
        () => say(done),
        (cause: unknown) => say(RpcError.of(cause).message),
      );
    const reload = () => tell(store.client.call("runtime.reload", {}), t("palette.reloaded"));
    const resume = () => tell(store.client.call("runtime.resume", {}), t("pause.resumed"));
    action("new", t("palette.newSession"), newChat, "n");
    if (isPaused) action("resume", t("palette.resume"), resume);
    action("pause", t(isPaused ? "frame.pauseChange" : "palette.pause"), onPause, "Ctrl .");
    action("keys", t("palette.keys"), onShortcuts, "?");
    action("pair", t("palette.pair"), toTab("devices"));
    action("key", t("palette.key"), toTab("keys"));
    action("verify", t("palette.verify"), toTab("audit"));
    action("reload", t("palette.reloadConfig"), reload);
    for (const theme of THEMES) {
      action(`theme-${theme}`, t("palette.theme", { theme: t(`theme.${theme}`) }), () => setTheme(theme));
    }
    for (const language of LANGUAGES) {
      const text = t("language.choice", { language: t(`language.${language}`) });
      action(`language-${language}`, text, () => setLanguage(language));
    }
    for (const { id } of agents ?? []) {
      add("@", t("palette.agent"), id, id, () => void router.navigate({ to: "/agents/$id", params: { id } }));
    }
    for (const { name } of adapters ?? []) {
      add("", t("palette.adapter"), name, name, () => void router.navigate({ to: "/adapters/$name", params: { name } }));
    }
    for (const { key, title } of sessions ?? []) {
      const text = title ? `${title} · ${key}` : key;
      add("#", t("palette.session"), key, text, () => void router.navigate({ to: "/chat/$session", params: { session: key } }));
    }
    return items;
  }, [router, store, permissions, agents, sessions, adapters, isPaused, onShortcuts, onPause]);
}
