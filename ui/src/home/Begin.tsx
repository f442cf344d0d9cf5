import "../text/en/begin";
import "../text/en/notify";
import { Link, useRouter } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { principalText } from "../format/principal";
import { CallError } from "../parts/ErrorPanel";
import { useAct } from "../form/useAct";
import { standing, turnOn } from "../notify/notify";
import type { AclRequestsListResult, StatusResult } from "../rpc/protocol";
import { adapterList, modelList } from "../store/lists";
import { byCall, type Resource } from "../store/resource";
import { useResource, useSelect, useStore } from "../store/react";
import { t } from "../text/text";
import { forgetBeginning } from "./begun";
import { newSessionKey } from "../chat/keys";

const decided: Resource<AclRequestsListResult> = {
  key: "acl.requests.list all 20",
  load: (client) => client.call("acl.requests.list", { includeResolved: true, limit: 20 }),
  isTouched: byCall(/^acl\.requests\./, /^permission\./),
};
/** What answers where no model is connected. */
const NO_MODEL = /^offline\//;

/** What makes a new house a home, each step as it really stands. Shown until it is done or dismissed. */
export default function Begin({ value, onDismiss }: { value: StatusResult; onDismiss: () => void }) {
  const store = useStore();
  const router = useRouter();
  const act = useAct();
  const caller = useSelect((state) => state.connection.hello?.auth);
  const known = useResource(modelList).value?.models;
  const connected = useResource(adapterList).value?.adapters;
  const asked = useResource(decided).value?.requests;
  const [notices, setNotices] = useState(standing);
  const hasModel = !NO_MODEL.test(value.model) && (known === undefined || known.some(({ isReady }) => isReady));
  const isOwner = caller?.principal.kind === "owner";
  const nChannels = (connected ?? []).filter(({ state }) => state === "running").length;
  const hasDecided = (asked ?? []).some(({ status }) => status === "approved" || status === "denied");
  const isDone = [hasModel, isOwner, nChannels > 0, notices === "on", undefined, hasDecided];
  const nDone = isDone.filter(Boolean).length;
  const tryApproval = () =>
    void act.run("try", async () => {
      const session = newSessionKey();
      await store.send(session, t("begin.approvalSay"), "followup");
      await router.navigate({ to: "/chat/$session", params: { session } });
    });
  return (
    <section className="card grid gap-1" aria-labelledby="begin-title" data-begin={nDone}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 id="begin-title" className="text-sm font-semibold text-text-2">
          {t("begin.title")}
        </h2>
        <span className="meta grow">{t("begin.sub", { n: nDone, of: isDone.length })}</span>
        <button
          type="button"
          className="btn"
          onClick={() => {
            forgetBeginning();
            onDismiss();
          }}
        >
          {t("begin.dismiss")}
        </button>
      </div>
      <ol className="divide-y divide-line text-sm">
        <Step title={t("begin.model")} isDone={hasModel} text={hasModel ? t("begin.modelDone", { model: value.model }) : t("begin.modelText")}>
          {!hasModel && (
            <Link to="/credentials" className="btn">
              {t("begin.modelGo")}
            </Link>
          )}
        </Step>
        <Step
          title={t("begin.owner")}
          isDone={isOwner}
          text={isOwner ? t("begin.ownerDone") : t("begin.ownerText", { who: caller ? principalText(caller.principal) : "…" })}
        >
          {!isOwner && <code className="font-mono text-code">nexus ui</code>}
        </Step>
        <Step title={t("begin.channel")} isDone={nChannels > 0} text={nChannels > 0 ? t("begin.channelDone", { n: nChannels }) : t("begin.channelText")}>
          {nChannels === 0 && (
            <Link to="/adapters" className="btn">
              {t("begin.channelGo")}
            </Link>
          )}
        </Step>
        <Step title={t("begin.notify")} isDone={notices === "on"} text={t(`notify.${notices}`)}>
          {notices === "off" && (
            <button type="button" className="btn" onClick={() => void turnOn().then(setNotices)}>
              {t("notify.turnOn")}
            </button>
          )}
        </Step>
        <Step title={t("begin.login")} text={t("begin.loginText")}>
          <code className="font-mono text-code">nexus daemon install</code>
        </Step>
        <Step title={t("begin.approval")} isDone={hasDecided} text={t(hasDecided ? "begin.approvalDone" : "begin.approvalText")}>
          {!hasDecided && (
            <button type="button" className="btn" disabled={act.isBlocked} onClick={tryApproval}>
              {t("begin.approvalGo")}
            </button>
          )}
        </Step>
      </ol>
      {act.error && <CallError error={act.error} what={act.error.message} />}
    </section>
  );
}

interface StepProps {
  title: string;
  text: string;
  /** Left out where nobody can see from here whether it is done. */
  isDone?: boolean;
  children: ReactNode;
}

function Step({ title, text, isDone, children }: StepProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 py-2" data-done={isDone}>
      <span aria-hidden="true" className={isDone ? "text-ok-text" : "text-text-3"}>
        {isDone ? "●" : "○"}
      </span>
      <span className="min-w-48 grow basis-0">
        <span className="font-semibold">{title}</span>
        {isDone !== undefined && <span className="sr"> ({t(isDone ? "begin.done" : "begin.open")})</span>}
        <span className="block text-text-2">{text}</span>
      </span>
      {children}
    </li>
  );
}
