import { expect, test } from "vitest";
import type { PermissionRequest } from "../rpc/protocol";
import { NOTHING_SEEN, noticesOf, type Unseen, withPending } from "./notices";

function asked(id: string): PermissionRequest {
  const action = { tool: "http_fetch", summary: "GET https://secret.example", targets: [] };
  return { id, kind: "tool", agent_id: "main", action, proposals: [{}], status: "pending" } as unknown as PermissionRequest;
}

function check(steps: [ids: string[], isLooking: boolean, tags: string[]][]): void {
  let unseen: Unseen = NOTHING_SEEN;
  for (const [ids, isLooking, tags] of steps) {
    const pending = ids.map(asked);
    unseen = withPending(unseen, pending, isLooking);
    expect(noticesOf(unseen, pending).map(({ tag }) => tag)).toEqual(tags);
  }
}

test("what comes while nobody looks is told, and taken back when it is decided", () => {
  check([
    [[], false, []],
    [["a"], false, ["nexus-a"]],
    [["a", "b"], false, ["nexus-a", "nexus-b"]],
    [["b"], false, ["nexus-b"]],
    [[], false, []],
  ]);
});

test("what was seen is not told again, and looking takes everything back", () => {
  check([
    [["a"], true, []],
    [["a"], false, []],
    [["a", "b"], false, ["nexus-b"]],
    [["a", "b"], true, []],
    [["a", "b"], false, []],
  ]);
});

test("many become one, and few become single ones again", () => {
  check([
    [["a", "b", "c", "d"], false, ["nexus-approvals"]],
    [["a", "b", "c"], false, ["nexus-a", "nexus-b", "nexus-c"]],
  ]);
});

test("a notice says what kind of thing waits, and never what", () => {
  const [notice] = noticesOf(withPending(NOTHING_SEEN, [asked("a")], false), [asked("a")]);
  expect(notice).toEqual({ tag: "nexus-a", body: "main wants to fetch from the network", permission: "a", isUrgent: false });
});
