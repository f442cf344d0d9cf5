import { expect, test } from "vitest";
import { HUES, hueOf, isHere } from "./host";

test("only the usual addresses are surely this machine", () => {
  for (const here of ["127.0.0.1", "[::1]", "localhost", "nexus.localhost"]) expect(isHere(here), here).toBe(true);
  for (const there of ["127.0.0.2", "192.168.1.5", "studio", "localhost.example", "127.0.0.1.example", "[::ffff:1]"]) {
    expect(isHere(there), there).toBe(false);
  }
});

test("a name always has the same hue, and names differ", () => {
  const names = ["studio", "attic", "büro", "nas-1", "nas-2", "", "x".repeat(300)];
  for (const name of names) {
    expect(hueOf(name)).toBe(hueOf(name));
    expect(hueOf(name)).toBeLessThan(HUES);
  }
  expect(new Set(names.map(hueOf)).size).toBeGreaterThan(2);
});
