import { useState } from "react";
import { RpcError } from "../rpc/error";
import { useOnline } from "../store/react";
import { say } from "./notice";

export interface Act {
  /** Runs one thing at a time. `name` says which is at work; `done` is said when it went well. */
  run: (name: string, action: () => Promise<unknown>, done?: string) => Promise<boolean>;
  busy?: string;
  error?: RpcError;
  /** Nothing can be done now: something is at work, or there is no contact. */
  isBlocked: boolean;
  clear: () => void;
}

/** What a button needs that changes something. */
export function useAct(): Act {
  const isOnline = useOnline();
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<RpcError>();
  const run = async (name: string, action: () => Promise<unknown>, done?: string) => {
    if (busy !== undefined || !isOnline) return false;
    setBusy(name);
    setError(undefined);
    try {
      await action();
      if (done) say(done);
      return true;
    } catch (cause) {
      setError(RpcError.of(cause));
      return false;
    } finally {
      setBusy(undefined);
    }
  };
  return { run, busy, error, isBlocked: busy !== undefined || !isOnline, clear: () => setError(undefined) };
}
