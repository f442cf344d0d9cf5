import "../../text/en/files";
import { useEffect, useRef, useState } from "react";
import { Modal } from "../../form/Modal";
import { t } from "../../text/text";

interface Props {
  name: string;
  load: () => Promise<Blob>;
  /** Longest side in pixels. */
  px: number;
}

/** A picture, painted: no address leads to it, and what is in it cannot run. */
export function Picture({ name, load, px }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [state, setState] = useState<"loading" | "shown" | "broken">("loading");
  useEffect(() => {
    let isCurrent = true;
    const element = canvas.current;
    const paint = async () => {
      const image = await createImageBitmap(await load());
      if (!isCurrent || !element) return image.close();
      const scale = Math.min(1, px / Math.max(image.width, image.height));
      element.width = Math.max(1, Math.round(image.width * scale));
      element.height = Math.max(1, Math.round(image.height * scale));
      element.getContext("2d")?.drawImage(image, 0, 0, element.width, element.height);
      image.close();
      setState("shown");
    };
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      paint().catch(() => isCurrent && setState("broken"));
    });
    if (element?.parentElement) seen.observe(element.parentElement);
    return () => {
      isCurrent = false;
      seen.disconnect();
    };
    // A picture is what its name and its bytes are: it never becomes another one.
  }, []);
  return (
    <span className="inline-grid min-h-6 min-w-6 place-items-center" data-picture={state}>
      <canvas ref={canvas} role="img" aria-label={t("files.picture", { name })} className={`max-w-full rounded-lg ${state === "shown" ? "" : "sr"}`} />
      {state === "broken" && <span className="text-sm text-text-2">{t("files.gone", { name })}</span>}
    </span>
  );
}

/** A small picture that opens to a large one. */
export function Thumbnail({ name, load }: { name: string; load: () => Promise<Blob> }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="rounded-lg border border-line p-0.5 pointer-coarse:min-h-11" onClick={() => setOpen(true)}>
        <Picture name={name} load={load} px={180} />
      </button>
      {isOpen && (
        <Modal title={name} isOpen isWide onClose={() => setOpen(false)}>
          <Picture name={name} load={load} px={1_600} />
          <button type="button" className="btn mt-3 block" onClick={() => setOpen(false)}>
            {t("page.close")}
          </button>
        </Modal>
      )}
    </>
  );
}
