/** Most files of a message, as the daemon has it. */
export const FILES_MAX = 8;
/** Largest picture, in bytes. */
export const PICTURE_BYTES_MAX = 8 * 1024 * 1024;
/** Largest text file, in bytes. */
export const TEXT_BYTES_MAX = 128 * 1024;
/** Bytes of a file that are looked at to tell whether it is text. */
const SNIFF_BYTES = 8 * 1024;
/** Longest name that is sent, in bytes of UTF-8. */
const NAME_BYTES_MAX = 200;

export const PICTURES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** Why a file is not taken. */
export type Refusal = "empty" | "picture" | "text" | "kind";

/** What would be sent of a file, or why it is not. */
export type Kind = { type: string } | { refusal: Refusal };

export async function kindOf(file: Blob): Promise<Kind> {
  if (file.size === 0) return { refusal: "empty" };
  if (PICTURES.includes(file.type)) return file.size > PICTURE_BYTES_MAX ? { refusal: "picture" } : { type: file.type };
  if (!isText(new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer()), file.size > SNIFF_BYTES)) return { refusal: "kind" };
  if (file.size > TEXT_BYTES_MAX) return { refusal: "text" };
  // What a browser calls a text is often nothing at all, or the name of a program.
  return { type: file.type.startsWith("text/") ? (file.type.split(";")[0] ?? "text/plain") : "text/plain" };
}

function isText(bytes: Uint8Array, isCut: boolean): boolean {
  if (bytes.includes(0)) return false;
  try {
    // The end of a piece may cut a character in two.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isCut });
    return true;
  } catch {
    return false;
  }
}

/** Control, bidirectional and zero-width characters, separators of folders, and brackets. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}/\\[\]\u115f\u1160\u3164\uffa0]+/gu;

/** A name as it may stand in what a model reads: on one line, saying nothing but itself. */
export function plainName(name: string): string {
  let plain = name.replace(UNFIT, "_").trim();
  while (new TextEncoder().encode(plain).length > NAME_BYTES_MAX) plain = [...plain].slice(0, -1).join("");
  return plain || "file";
}
