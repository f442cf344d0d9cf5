import { useRef, useState } from "react";
import { RpcError } from "../../rpc/error";
import type { Attachment } from "../../rpc/protocol";
import { useStore } from "../../store/react";
import { FILES_MAX, kindOf, plainName, type Refusal } from "./kinds";
import { upload } from "./upload";

/** A file that is to go with the next message. */
export interface ChosenFile {
  id: number;
  file: File;
  name: string;
  type: string;
  state: "looking" | "sending" | "ready" | "refused" | "failed";
  /** How much of it is there, from 0 to 1. */
  part: number;
  digest?: string;
  refusal?: Refusal | "many";
  error?: RpcError;
}

export interface Files {
  all: readonly ChosenFile[];
  /** All that stand here can go with a message. */
  isReady: boolean;
  add: (files: Iterable<File>) => void;
  drop: (id: number) => void;
  retry: (id: number) => void;
  /** What goes with the message that is sent now; nothing stands here afterwards. */
  take: () => Attachment[];
}

/** Files of one composer: looked at, handed in as soon as they are chosen, gone with the message. */
export function useFiles(): Files {
  const store = useStore();
  const [all, setAll] = useState<readonly ChosenFile[]>([]);
  const nextId = useRef(1);
  const wanted = useRef(new Set<number>());
  const change = (id: number, next: Partial<ChosenFile>) => setAll((now) => now.map((one) => (one.id === id ? { ...one, ...next } : one)));
  const send = async (id: number, file: File) => {
    const kind = await kindOf(file).catch(() => ({ refusal: "kind" as const }));
    if ("refusal" in kind) return change(id, { state: "refused", refusal: kind.refusal });
    change(id, { state: "sending", type: kind.type, error: undefined });
    try {
      const digest = await upload(store.client, file, (part) => change(id, { part }), () => wanted.current.has(id));
      change(id, { state: "ready", part: 1, digest });
    } catch (cause) {
      if (wanted.current.has(id)) change(id, { state: "failed", error: RpcError.of(cause) });
    }
  };
  const add = (files: Iterable<File>) => {
    let nWanted = wanted.current.size;
    const added = [...files].map((file): ChosenFile => {
      const id = nextId.current++;
      const isTooMany = ++nWanted > FILES_MAX;
      if (!isTooMany) wanted.current.add(id);
      const state = isTooMany ? "refused" : "looking";
      return { id, file, name: plainName(file.name), type: file.type, part: 0, state, refusal: isTooMany ? "many" : undefined };
    });
    setAll((now) => [...now, ...added]);
    for (const { id, file, state } of added) if (state === "looking") void send(id, file);
  };
  const drop = (id: number) => {
    wanted.current.delete(id);
    setAll((now) => now.filter((one) => one.id !== id));
  };
  const retry = (id: number) => {
    const one = all.find((each) => each.id === id);
    if (one) void send(id, one.file);
  };
  const take = () => {
    const taken = all.flatMap(({ digest, name, type, file }): Attachment[] =>
      digest ? [{ id: digest, filename: name, content_type: type, size_bytes: file.size }] : [],
    );
    wanted.current.clear();
    setAll([]);
    return taken;
  };
  const isReady = all.every(({ state }) => state === "ready" || state === "refused");
  return { all, isReady, add, drop, retry, take };
}
