import "../text/en/settings";
import { useState } from "react";
import { segments } from "../format/payload";
import { CallError } from "../parts/ErrorPanel";
import { Loaded } from "../parts/Loaded";
import { say } from "../form/notice";
import { Empty, Page } from "../parts/Page";
import { useAct } from "../form/useAct";
import type { ConfigApplyResult, ConfigGetResult } from "../rpc/protocol";
import { useResource, useStore } from "../store/react";
import { t } from "../text/text";
import { Plan } from "./KeyDialog";
import { configFile } from "./resources";
import { SettingsTabs } from "./SettingsPage";

/** The file itself, comments and all. */
export function FilePage() {
  const store = useStore();
  const file = useResource(configFile);
  return (
    <Page title={t("settings.title")} sub={file.value?.path}>
      <SettingsTabs />
      <Loaded of={file} onRetry={() => store.resources.reload(configFile.key)}>
        {(value) => (value.text == null ? <Empty>{t("settings.fileMissing")}</Empty> : <Editor file={value} />)}
      </Loaded>
    </Page>
  );
}

function Editor({ file }: { file: ConfigGetResult }) {
  const store = useStore();
  const act = useAct();
  // What is written here stays, whatever happens to the file meanwhile.
  const [base, setBase] = useState(file);
  const [draft, setDraft] = useState(file.text ?? "");
  const [plan, setPlan] = useState<ConfigApplyResult>();
  // An editor shows text as such characters would have it; a person has to know of them.
  const hidden = [...new Set(segments(draft).flatMap(({ text, isHidden }) => (isHidden ? [text] : [])))];
  const isDirty = draft !== base.text;
  const isStale = base.hash !== file.hash;
  if (isStale && !isDirty) {
    setBase(file);
    setDraft(file.text ?? "");
    setPlan(undefined);
  }
  const ask = (dryRun: boolean) => store.client.call("config.apply", { text: draft, dryRun, baseHash: base.hash ?? null });
  const check = () => void act.run("check", async () => setPlan(await ask(true)));
  const apply = () =>
    void act
      .run("apply", async () => {
        const { needsRestart, hash } = await ask(false);
        setBase({ ...base, text: draft, hash });
        setPlan(undefined);
        say(t(needsRestart.length > 0 ? "settings.appliedRestart" : "settings.applied"));
      })
      .then(() => store.resources.reload("config."));
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (plan) apply();
        else check();
      }}
    >
      {isStale && isDirty && (
        <div role="alert" className="card flex flex-wrap items-center gap-3 border-warn text-sm text-warn-text">
          <span className="grow">{t("settings.fileChanged")}</span>
          <button
            type="button"
            className="btn"
            onClick={() => {
              setBase(file);
              setDraft(file.text ?? "");
            }}
          >
            {t("settings.fileReload")}
          </button>
        </div>
      )}
      <textarea
        aria-label={t("settings.fileText")}
        className="field min-h-[24rem] py-2 font-mono text-code"
        spellCheck={false}
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value);
          setPlan(undefined);
        }}
      />
      {hidden.length > 0 && <p className="text-sm text-danger-text">{t("settings.hidden", { list: hidden.join(", ") })}</p>}
      <div role="status">{plan && <Plan plan={plan} />}</div>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      <div className="flex gap-2">
        <button type="submit" className="btn btn-primary" disabled={act.isBlocked || !isDirty}>
          {t(plan ? "settings.apply" : "settings.check")}
        </button>
      </div>
    </form>
  );
}
