import "../text/en/settings";
import { useState } from "react";
import { useFilter } from "../address/useFilter";
import { Chip } from "../parts/Chip";
import { FilterField } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { Tabs } from "../parts/Tabs";
import type { ConfigValue } from "../rpc/protocol";
import { useOnline, useResource, useStore } from "../store/react";
import { NotifyCard } from "../notify/NotifyCard";
import { t } from "../text/text";
import { KeyDialog } from "./KeyDialog";
import { config } from "./resources";
import { lineOf } from "./schema";

export function SettingsTabs() {
  return (
    <Tabs
      label={t("settings.tabs")}
      tabs={[
        { to: "/settings", text: t("settings.form") },
        { to: "/settings/file", text: t("settings.file") },
      ]}
    />
  );
}

/** Every key of the configuration: its value, where that comes from, and a way to change it. */
export function SettingsPage() {
  const store = useStore();
  const isOnline = useOnline();
  const list = useResource(config);
  const [{ q: filter, changed }, change] = useFilter({ q: "", changed: "" });
  const changedOnly = changed !== "";
  const [open, setOpen] = useState<string>();
  const matches = ({ key, doc, value, source }: ConfigValue) =>
    (!changedOnly || source !== "default") && `${key} ${doc} ${lineOf(value)}`.toLowerCase().includes(filter.toLowerCase());
  return (
    <Page
      title={t("settings.title")}
      sub={t("settings.sub")}
      actions={
        <button type="button" className="btn" disabled={!isOnline} onClick={() => setOpen("")}>
          {t("settings.add")}
        </button>
      }
    >
      <SettingsTabs />
      <NotifyCard />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <FilterField label={t("settings.filter")} value={filter} onChange={(q) => change({ q })} />
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input type="checkbox" checked={changedOnly} onChange={(event) => change({ changed: event.target.checked ? "1" : "" })} />
          {t("settings.changedOnly")}
        </label>
      </div>
      <Loaded of={list} lines={8} onRetry={() => store.resources.reload(config.key)}>
        {({ values, pendingRestart }) => {
          const shown = values.filter(matches);
          return (
            <>
              {pendingRestart.length > 0 && (
                <p className="card border-warn text-sm text-warn-text">
                  {t("settings.pending", { n: pendingRestart.length, keys: pendingRestart.join(", ") })}
                </p>
              )}
              {shown.length === 0 && <Empty>{t("page.none", { filter: filter || t("settings.changedOnly") })}</Empty>}
              {groups(shown).map(([group, rows]) => (
                <section key={group} className="card" aria-labelledby={`group-${group}`}>
                  <h2 id={`group-${group}`} className="card-title font-mono">
                    {group}
                  </h2>
                  <ul className="divide-y divide-line">
                    {rows.map((row) => (
                      <Row key={row.key} row={row} onOpen={() => setOpen(row.key)} />
                    ))}
                  </ul>
                </section>
              ))}
            </>
          );
        }}
      </Loaded>
      {open !== undefined && <KeyDialog given={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

/** Keys by their first part, in the order given. */
function groups(values: readonly ConfigValue[]): [string, ConfigValue[]][] {
  const by = new Map<string, ConfigValue[]>();
  for (const value of values) {
    const group = value.key.split(".")[0] ?? value.key;
    by.set(group, [...(by.get(group) ?? []), value]);
  }
  return [...by];
}

function Row({ row, onOpen }: { row: ConfigValue; onOpen: () => void }) {
  const { key, value, source, doc, needsRestart } = row;
  const isOnline = useOnline();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 py-2 text-sm" data-config={key}>
      <div className="grid min-w-56 grow basis-0 gap-0.5">
        <span className="flex flex-wrap items-center gap-2" data-row tabIndex={-1}>
          <span className="font-mono text-code font-semibold wrap-anywhere">{key}</span>
          {source !== "default" && <Chip tone="run">{t(`settings.source.${source}`)}</Chip>}
          {needsRestart && <span className="text-xs text-text-3">{t("settings.restart")}</span>}
        </span>
        <span className="text-text-2">{doc}</span>
      </div>
      <span className="max-w-full font-mono text-code wrap-anywhere md:max-w-80 md:text-end">
        <Plain text={lineOf(value)} max={200} />
      </span>
      <button type="button" className="btn" disabled={!isOnline} onClick={onOpen}>
        {t("settings.edit")} <span className="sr">{key}</span>
      </button>
    </li>
  );
}
