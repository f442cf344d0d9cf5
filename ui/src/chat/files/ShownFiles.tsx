import "../../text/en/files";
import { Payload } from "../../approval/Payload";
import { Plain } from "../../parts/Plain";
import { useStore } from "../../store/react";
import { t } from "../../text/text";
import type { ShownFile } from "./content";
import { Thumbnail } from "./Picture";
import { picture } from "./upload";

/** The files of a message in the conversation. */
export default function ShownFiles({ files }: { files: readonly ShownFile[] }) {
  const store = useStore();
  return (
    <ul aria-label={t("files.came")} className="flex flex-wrap justify-end gap-2">
      {files.map(({ name, type, image, text }, n) => (
        <li key={n} className="max-w-full text-sm" data-shown={type}>
          {image && <Thumbnail name={name} load={() => picture(store.client, image.blob, image.content_type)} />}
          {!image && text === undefined && (
            <span className="chip chip-mute">
              <Plain text={name} max={120} />
            </span>
          )}
          {text !== undefined && (
            <details>
              <summary className="chip chip-mute min-h-6 pointer-coarse:min-h-11">
                <Plain text={name} max={120} />
              </summary>
              <Payload text={text} label={name} />
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
