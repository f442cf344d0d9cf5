import type { Client } from "../../rpc/client";
import { RpcError } from "../../rpc/error";
import { t } from "../../text/text";

/** Bytes of one piece. */
const PIECE_BYTES = 192 * 1024;
/** A piece is small, but the way may be slow. */
const PIECE_MS_MAX = 120_000;

/** Hands a file in piece by piece and gives its digest. What is there already is not sent again. */
export async function upload(client: Client, file: Blob, onProgress: (part: number) => void, isWanted: () => boolean): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const digest = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  const put = (offset: number, data: string) =>
    client.call("blobs.put", { digest, sizeBytes: bytes.length, offset, data }, { timeoutMs: PIECE_MS_MAX });
  let { receivedBytes, isWhole } = await put(0, "");
  // Each round takes one piece further, or the file would not end.
  for (let n = 0; !isWhole && n <= bytes.length / PIECE_BYTES + 2; n++) {
    if (!isWanted()) throw new RpcError("INTERNAL", t("files.cancelled"));
    onProgress(receivedBytes / bytes.length);
    ({ receivedBytes, isWhole } = await put(receivedBytes, base64(bytes.subarray(receivedBytes, receivedBytes + PIECE_BYTES))));
  }
  if (!isWhole) throw new RpcError("UNAVAILABLE", t("files.unfinished"));
  return digest;
}

/** Most bytes of pictures that are kept for when they are looked at again. */
const KEPT_BYTES_MAX = 32 * 1024 * 1024;
const kept = new Map<string, Blob>();

/** Fetches a picture of a message. */
export async function picture(client: Client, digest: string, type: string): Promise<Blob> {
  const known = kept.get(digest);
  if (known) return known;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset: number | null = 0;
  while (offset !== null) {
    const piece: { data: string; nextOffset?: number | null } = await client.call("blobs.get", { digest, offset });
    pieces.push(bytesOf(piece.data));
    offset = piece.nextOffset ?? null;
  }
  const blob = new Blob(pieces, { type });
  kept.set(digest, blob);
  for (const [oldest] of kept) {
    if ([...kept.values()].reduce((all, { size }) => all + size, 0) <= KEPT_BYTES_MAX) break;
    kept.delete(oldest);
  }
  return blob;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64(bytes: Uint8Array): string {
  let text = "";
  // More arguments at once would overflow the stack.
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
