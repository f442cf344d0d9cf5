import "../../text/en/files";
import { bytesText } from "../../format/amount";
import { Meter } from "../../parts/Meter";
import { t } from "../../text/text";
import { PICTURES } from "./kinds";
import { Picture } from "./Picture";
import type { ChosenFile, Files } from "./useFiles";

/** The files that go with the next message: what each is, how far it has come, why one does not go. */
export default function FileTray({ files }: { files: Files }) {
  return (
    <ul aria-label={t("files.list")} className="flex max-h-44 flex-wrap gap-2 overflow-y-auto">
      {files.all.map((one) => (
        <li key={one.id} className="flex max-w-full items-center gap-2 rounded-lg border border-line bg-surface-2 px-2 py-1 text-sm" data-file={one.state}>
          {PICTURES.includes(one.type) && one.state !== "refused" && <Picture name={one.name} load={() => Promise.resolve(one.file)} px={48} />}
          <span className="grid min-w-0 gap-0.5">
            <span className="max-w-56 truncate font-medium">{one.name}</span>
            <Standing one={one} />
          </span>
          {one.state === "failed" && (
            <button type="button" className="min-h-6 underline pointer-coarse:min-h-11" onClick={() => files.retry(one.id)}>
              {t("error.retry")} <span className="sr">{one.name}</span>
            </button>
          )}
          <button type="button" className="min-h-6 underline pointer-coarse:min-h-11" onClick={() => files.drop(one.id)}>
            {t("files.drop")} <span className="sr">{one.name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Standing({ one }: { one: ChosenFile }) {
  const size = bytesText(one.file.size);
  if (one.state === "refused") return <span className="text-danger-text">{t(`files.refused.${one.refusal ?? "kind"}`, { size })}</span>;
  if (one.state === "failed") return <span className="max-w-72 wrap-anywhere text-danger-text">{one.error?.message}</span>;
  if (one.state === "ready") return <span className="text-text-2">{size}</span>;
  return <Meter label={t("files.sending", { name: one.name })} value={one.part} max={1} />;
}
