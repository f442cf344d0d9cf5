import type { Image, Message } from "../../rpc/protocol";

/** A file that came with a message. */
export interface ShownFile {
  name: string;
  type: string;
  image?: Image;
  /** What stands in it, where it is text. */
  text?: string;
}

export interface Content {
  text: string;
  files: ShownFile[];
}

const ATTACHED = /^\n\[attached: (.*) \(([^()]*)\)\]$/;
const FILE = /^\[file: ([^\]\n]*)\]\n/;

/** What a person said, and the files that came with it, as the daemon has put them into the message. */
export function contentOf({ parts }: Message): Content {
  const said: string[] = [];
  const names: { name: string; type: string }[] = [];
  const images: Image[] = [];
  const texts = new Map<string, string>();
  for (const part of parts) {
    if (part.kind === "image") images.push(part.value);
    if (part.kind !== "text") continue;
    const [whole = "", name = ""] = FILE.exec(part.value) ?? [];
    const attached = ATTACHED.exec(part.value);
    if (attached) names.push({ name: attached[1] ?? "", type: attached[2] ?? "" });
    // What a person said stands first: only what follows can be a file.
    else if (whole && said.length > 0) texts.set(name, part.value.slice(whole.length));
    else said.push(part.value);
  }
  const files = names.map(({ name, type }): ShownFile => {
    const image = type.startsWith("image/") ? images.shift() : undefined;
    return { name, type, image, text: texts.get(name) };
  });
  // Pictures that nobody has named.
  files.push(...images.map((image): ShownFile => ({ name: image.blob.slice(0, 8), type: image.content_type, image })));
  return { text: said.join(""), files };
}
