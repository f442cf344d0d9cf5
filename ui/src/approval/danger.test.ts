import { expect, test } from "vitest";
import type { PermissionRequest, Target } from "../rpc/protocol";
import { dangerOf } from "./danger";

function check(expected: string | undefined, targets: Target[], other: Partial<PermissionRequest> = {}): void {
  const action = { arguments: {}, digest: "", summary: "", targets, tool: "x" };
  const permission = { kind: "policy", action, proposals: [{ scope: {}, text: "" }], ...other } as PermissionRequest;
  expect(dangerOf(permission)).toBe(expected && `ask.danger.${expected}`);
}

test("what a call would touch decides whether a second key is needed", () => {
  const path = (access: "read" | "write" | "delete", path: string): Target => ({ kind: "path", access, path });
  const command: Target = { kind: "command", argv: ["ls"], cwd: "", env: [], program: "/bin/ls" };
  check(undefined, [{ kind: "host", host: "example.org", port: 443 }]);
  check(undefined, [path("write", "notes/a.md")]);
  check(undefined, [path("read", "/etc/passwd")]);
  check("outside", [path("write", "/etc/hosts")]);
  check("delete", [path("write", "a"), path("delete", "b")]);
  check("command", [command]);
  check("pinned", [path("write", "a")], { proposals: [] });
  check("twice", [], { kind: "unknown_outcome" });
  check(undefined, [], { kind: "sender", proposals: [] });
});
