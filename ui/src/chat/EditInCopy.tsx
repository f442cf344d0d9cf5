import { useParams, useRouter } from "@tanstack/react-router";
import { CallError } from "../parts/ErrorPanel";
import { useAct } from "../form/useAct";
import { useStore } from "../store/react";
import { t } from "../text/text";
import { saveDraft } from "./drafts";

/** Says something differently: a copy of the conversation up to there, with the text to be changed. */
export function EditInCopy({ text, id }: { text: string; id: string }) {
  const { session } = useParams({ strict: false });
  const store = useStore();
  const router = useRouter();
  const act = useAct();
  if (session === undefined) return null;
  const edit = () =>
    void act.run("fork", async () => {
      const { session: copy } = await store.client.call("sessions.fork", { key: session, before: id });
      saveDraft(copy.key, text, "now");
      await router.navigate({ to: "/chat/$session", params: { session: copy.key } });
    });
  return (
    <div className="justify-self-end">
      <button
        type="button"
        className="min-h-6 rounded-md px-2 text-xs text-text-2 hover:underline pointer-coarse:min-h-11"
        disabled={act.isBlocked}
        onClick={edit}
      >
        {t("chat.editInCopy")}
      </button>
      {act.error && <CallError error={act.error} what={act.error.message} />}
    </div>
  );
}
