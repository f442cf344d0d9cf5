import { expect, test } from "vitest";
import { patiently } from "./later";

test("what cannot be fetched is tried again, and given up in the end", async () => {
  let n = 0;
  const second = () => (++n < 3 ? Promise.reject(new Error("no contact")) : Promise.resolve("here"));
  expect(await patiently(second, 0)).toBe("here");
  expect(n).toBe(3);
  await expect(patiently(() => Promise.reject(new Error("gone")), 0)).rejects.toThrow("gone");
});
