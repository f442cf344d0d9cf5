import { expect, test } from "vitest";
import type { Message, RequestsGetResult } from "../rpc/protocol";
import { stepsOf } from "./steps";

const message = (id: string, role: Message["role"], parts: Message["parts"]) =>
  ({ id, turn_id: "t1", role, parts, created_at: 1 }) as Message;

test("a turn is told in the order in which it happened", () => {
  const call = { id: "c1", turn_id: "t1", name: "http_fetch", arguments: {}, status: "completed", result: "found", completed_at: 9 };
  const permission = { id: "p1", tool_call_id: "c1", status: "approved", created_at: 3, resolved_at: 4 };
  const turn = { id: "t1", completed_at: 10 };
  const value = { turn, toolCalls: [call], permissions: [permission] } as unknown as RequestsGetResult;
  const messages = [
    message("m0", "user", [{ kind: "text", value: "go" }]),
    message("m1", "assistant", [{ kind: "tool_call", value: { id: "c1", name: "http_fetch", arguments: {} } }]),
    message("m2", "tool", []),
    message("m3", "assistant", [{ kind: "text", value: "done" }]),
    { ...message("m4", "user", [{ kind: "text", value: "another turn" }]), turn_id: "t2" },
  ];
  expect(stepsOf(value, messages).map(({ kind }) => kind)).toEqual(["asked", "reply", "call", "decision", "result", "reply", "end"]);
  // Without its messages, what was called is still told.
  expect(stepsOf(value, []).map(({ kind }) => kind)).toEqual(["call", "decision", "result", "end"]);
});
