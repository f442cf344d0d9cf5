import type { ErrorCode, WireError } from "./protocol";

/** Codes of the daemon, and the ways a call can fail before it gets there. */
export type FailureCode = ErrorCode | "DISCONNECTED" | "TIMEOUT";

/** A failed call in words for a person: what happened, and how to mend it. */
export class RpcError extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly hint?: string,
    readonly method?: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = "RpcError";
  }

  static ofWire(error: WireError, method: string): RpcError {
    const { code, message, hint, retryAfterMs } = error;
    return new RpcError(code, message, hint ?? undefined, method, retryAfterMs ?? undefined);
  }

  static of(cause: unknown): RpcError {
    if (cause instanceof RpcError) return cause;
    return new RpcError("INTERNAL", cause instanceof Error ? cause.message : String(cause));
  }
}
