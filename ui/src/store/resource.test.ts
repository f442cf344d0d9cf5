import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Client } from "../rpc/client";
import { RpcError } from "../rpc/error";
import { byCall, byType, type Resource, Resources } from "./resource";
import type { State } from "./state";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function made(isOnline = true) {
  let state: State["resources"] = {};
  const resources = new Resources({
    client: {} as Client,
    read: () => state,
    write: (next) => (state = next),
    isOnline: () => isOnline,
  });
  return { resources, read: (key: string) => state[key] };
}

const resource = (load: () => Promise<unknown>, types?: RegExp): Resource<unknown> => ({
  key: "r",
  load,
  isTouched: types && byType(types),
});

test("what is looked at is fetched once, and again when an event touches it", async () => {
  const { resources, read } = made();
  const load = vi.fn().mockResolvedValue(1);
  const one = resources.watch(resource(load, /^a\./));
  const other = resources.watch(resource(load, /^a\./));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(load).toHaveBeenCalledTimes(1);
  expect(read("r")).toMatchObject({ load: "ready", value: 1 });
  resources.onEvent("b.happened", {});
  await vi.advanceTimersByTimeAsync(1_000);
  expect(load).toHaveBeenCalledTimes(1);
  for (let n = 0; n < 50; n++) resources.onEvent("a.happened", {});
  await vi.advanceTimersByTimeAsync(2_000);
  expect(load).toHaveBeenCalledTimes(3);
  one();
  other();
  resources.onEvent("a.happened", {});
  await vi.advanceTimersByTimeAsync(2_000);
  expect(load).toHaveBeenCalledTimes(3);
});

test("what is shown stays when it cannot be fetched again, with what went wrong", async () => {
  const { resources, read } = made();
  const load = vi.fn().mockResolvedValueOnce("old").mockRejectedValue(new RpcError("UNAVAILABLE", "not now"));
  resources.watch(resource(load));
  await vi.advanceTimersByTimeAsync(1_000);
  resources.reload("r");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(read("r")).toMatchObject({ load: "ready", value: "old", error: { code: "UNAVAILABLE" } });
});

test("without contact nothing is asked until there is some", async () => {
  const { resources } = made(false);
  const load = vi.fn().mockResolvedValue(1);
  resources.watch(resource(load));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(load).not.toHaveBeenCalled();
  resources.reload("");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(load).toHaveBeenCalledTimes(1);
});

test("somebody else's command is heard of by its decision", () => {
  const isTouched = byCall(/^keys\./, /^config\.changed/);
  expect(isTouched("acl.decision", { action: "call keys.create" })).toBe(true);
  expect(isTouched("acl.decision", { action: "call devices.pair" })).toBe(false);
  expect(isTouched("acl.decision", { action: "keys.create" })).toBe(false);
  expect(isTouched("config.changed", { paths: [] })).toBe(true);
});
