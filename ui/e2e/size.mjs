// What the first page costs, in gzip.
import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";

const KIB = 1024;
const ENTRY_BYTES_MAX = 165 * KIB;
const ALL_BYTES_MAX = 480 * KIB;
const CSS_BYTES_MAX = 25 * KIB;

export async function sizeTests(tests) {
  await tests.test("the bundle stays within its budget", async () => {
    const dist = new URL("../dist/", import.meta.url);
    const index = await readFile(new URL("index.html", dist), "utf8");
    const size = async (name) => (await stat(new URL(`${name}.gz`, dist))).size;
    const entry = /src="\/ui\/(assets\/[^"]+\.js)"/.exec(index)?.[1];
    const style = /href="\/ui\/(assets\/[^"]+\.css)"/.exec(index)?.[1];
    assert.ok(entry && style, "index.html names its files");
    assert.ok((await size(entry)) <= ENTRY_BYTES_MAX, `entry ${await size(entry)}`);
    assert.ok((await size(style)) <= CSS_BYTES_MAX, `css ${await size(style)}`);
    const names = (await readdir(new URL("assets/", dist))).filter((name) => name.endsWith(".js"));
    const sizes = await Promise.all(names.map((name) => size(`assets/${name}`)));
    const all = sizes.reduce((sum, bytes) => sum + bytes, 0);
    assert.ok(all <= ALL_BYTES_MAX, `all JS ${all}`);
  });
}
