import "../text/en/system";
import { useMemo, useState } from "react";
import { oneOf } from "../address/query";
import { useFilter } from "../address/useFilter";
import { Payload } from "../approval/Payload";
import { Chip, type Tone } from "../parts/Chip";
import { download } from "../browser/download";
import { Choice, FilterField } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { useNarrow } from "../browser/media";
import { Modal } from "../form/Modal";
import { Empty, Page } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { VirtualList } from "../parts/VirtualList";
import type { LogsTailResult } from "../rpc/protocol";
import type { Resource } from "../store/resource";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { type LogLine, parseLine } from "./line";

/** Most lines that are read. */
const LINES_MAX = 500;
/** Fetching the log is no event of its own, so each recorded event may bring lines. */
const isTouched = () => true;

function tail(containing: string): Resource<LogsTailResult> {
  return {
    key: `logs.tail ${containing}`,
    load: (client) => client.call("logs.tail", { lines: LINES_MAX, containing: containing || null }),
    isTouched,
  };
}

const LEVELS = { all: [], info: ["INFO", "WARN", "ERROR"], warn: ["WARN", "ERROR"], error: ["ERROR"] } as const;
type Level = keyof typeof LEVELS;
const TONES: Record<string, Tone> = { ERROR: "danger", WARN: "warn", INFO: "ok" };

/** The daemon's own log, for whoever looks for a cause. */
export function LogsPage() {
  const store = useStore();
  const [{ q: containing, level: asked }, change] = useFilter({ q: "", level: "all" });
  const level = oneOf(Object.keys(LEVELS) as Level[], asked, "all");
  const [isFollowing, setFollowing] = useState(true);
  const [open, setOpen] = useState<LogLine>();
  const isNarrow = useNarrow();
  const resource = tail(containing);
  const log = useResource(resource);
  const lines = log.value?.lines;
  const shown = useMemo(() => {
    const wanted: readonly string[] = LEVELS[level];
    return (lines ?? []).map(parseLine).filter((line) => wanted.length === 0 || wanted.includes(line.level));
  }, [lines, level]);
  return (
    <Page
      title={t("logs.title")}
      sub={t("logs.sub")}
      isFull
      actions={
        <>
          <button type="button" className="btn" onClick={() => store.resources.reload(resource.key)}>
            {t("page.reload")}
          </button>
          <button type="button" className="btn" disabled={!lines} onClick={() => download("nexus.log", `${(lines ?? []).join("\n")}\n`, "text/plain")}>
            {t("logs.download")}
          </button>
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <FilterField label={t("logs.containing")} value={containing} onChange={(q) => change({ q })} />
        <Choice label={t("logs.level")} value={level} options={(Object.keys(LEVELS) as Level[]).map((each) => [each, t(`logs.level.${each}`)] as const)} onChange={(next) => change({ level: next })} />
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input type="checkbox" checked={isFollowing} onChange={(event) => setFollowing(event.target.checked)} />
          {t("logs.follow")}
        </label>
      </div>
      <Loaded of={log} onRetry={() => store.resources.reload(resource.key)}>
        {() =>
          shown.length === 0 ? (
            <Empty>{containing === "" ? t("logs.empty") : t("logs.none", { filter: containing })}</Empty>
          ) : (
            <VirtualList
              items={shown}
              keyOf={({ n }) => n}
              rowPx={isNarrow ? 60 : 30}
              label={t("logs.list")}
              isFollowing={isFollowing}
              onFollowing={setFollowing}
            >
              {(line) => (
                <button
                  type="button"
                  data-row
                  onClick={() => setOpen(line)}
                  className="grid h-full w-full grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 px-3 text-start text-sm hover:bg-surface-2 -outline-offset-2 md:grid-cols-[5rem_5.5rem_minmax(0,1fr)]"
                >
                  <span className="text-xs text-text-2">{line.time}</span>
                  <span>{line.level && <Chip tone={TONES[line.level] ?? "mute"}>{line.level.toLowerCase()}</Chip>}</span>
                  <span className="col-span-full truncate font-mono text-code md:col-auto">
                    <Plain text={line.text} max={300} />
                  </span>
                </button>
              )}
            </VirtualList>
          )
        }
      </Loaded>
      {open && (
        <Modal title={t("logs.line")} isOpen onClose={() => setOpen(undefined)} isWide>
          <Payload text={open.raw.slice(0, RAW_LEN_MAX)} label={t("logs.line")} />
          <button type="button" className="btn mt-3" onClick={() => setOpen(undefined)}>
            {t("page.close")}
          </button>
        </Modal>
      )}
    </Page>
  );
}

/** Longest line that is shown whole. */
const RAW_LEN_MAX = 32_000;
