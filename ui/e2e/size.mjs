// What the first page costs, in gzip.
import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { say } from "./harness.mjs";

const KIB = 1024;
const ENTRY_BYTES_MAX = 165 * KIB;
const FIRST_BYTES_MAX = 200 * KIB;
const ALL_BYTES_MAX = 480 * KIB;
const CSS_BYTES_MAX = 25 * KIB;

/** Sizes of the bundle in bytes: the first load of Home, its entry, the styles, all of it. */
export async function bundleSizes() {
  const dist = new URL("../dist/", import.meta.url);
  const index = await readFile(new URL("index.html", dist), "utf8");
  const size = async (name) => (await stat(new URL(`${name}.gz`, dist))).size;
  const entry = /src="\/ui\/(assets\/[^"]+\.js)"/.exec(index)?.[1];
  const style = /href="\/ui\/(assets\/[^"]+\.css)"/.exec(index)?.[1];
  assert.ok(entry && style, "index.html names its files");
  const names = (await readdir(new URL("assets/", dist))).filter((name) => name.endsWith(".js"));
  const sizes = await Promise.all(names.map((name) => size(`assets/${name}`)));
  // What a first visit to Home loads: the entry, what it names, and the page.
  return {
    first: await first(dist, entry, "HomePage"),
    entry: await size(entry),
    style: await size(style),
    all: sizes.reduce((sum, bytes) => sum + bytes, 0),
  };
}

export async function sizeTests(tests) {
  await tests.test("the bundle stays within its budget", async () => {
    const { first: home, entry, style, all } = await bundleSizes();
    say(`      first load of Home: ${(home / KIB).toFixed(1)} KiB of JavaScript, ${(style / KIB).toFixed(1)} KiB of styles, in gzip`);
    assert.ok(home <= FIRST_BYTES_MAX, `first load ${home}`);
    assert.ok(entry <= ENTRY_BYTES_MAX, `entry ${entry}`);
    assert.ok(style <= CSS_BYTES_MAX, `css ${style}`);
    assert.ok(all <= ALL_BYTES_MAX, `all JS ${all}`);
  });
}

/** Bytes of the entry, of a page, and of everything that either imports at once. */
async function first(dist, entry, page) {
  const names = await readdir(new URL("assets/", dist));
  const wanted = [entry.slice("assets/".length), names.find((name) => name.startsWith(`${page}-`) && name.endsWith(".js"))];
  const seen = new Set();
  while (wanted.length > 0) {
    const name = wanted.pop();
    if (seen.has(name)) continue;
    seen.add(name);
    const text = await readFile(new URL(`assets/${name}`, dist), "utf8");
    for (const [, other] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) wanted.push(other);
  }
  const sizes = await Promise.all([...seen].map(async (name) => (await stat(new URL(`assets/${name}.gz`, dist))).size));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
