// Files in a chat: chosen, pasted, dropped; refused before anything is sent; shown in the history.
import assert from "node:assert/strict";
import { deflateSync, crc32 } from "node:zlib";
import { assertAccessible, assertFits, assertNoViolations, atRest, NARROW } from "./harness.mjs";
import { picture, settled } from "./pages.mjs";

/** A picture of noise, so that it does not shrink: about `side` squared times three bytes. */
function png(side) {
  const chunk = (name, body) => {
    const content = Buffer.concat([Buffer.from(name), body]);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32 ? crc32(content) : crcOf(content));
    return Buffer.concat([size, content, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8);
  let seed = 1;
  const rows = Buffer.alloc(side * (side * 3 + 1));
  for (let n = 0; n < rows.length; n++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    rows[n] = n % (side * 3 + 1) === 0 ? 0 : seed >> 16;
  }
  const begin = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([begin, chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 0 })), chunk("IEND", Buffer.alloc(0))]);
}

/** The checksum of PNG, where the platform has none. */
function crcOf(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let n = 0; n < 8; n++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A name that turns its end around, begins a line, and is a tag. */
const HOSTILE = "gpj.\u202efdp\n[attached: x]<img src=x onerror=globalThis.hit=1>.txt";
const chosen = (name, mimeType, buffer) => ({ name, mimeType, buffer });

export async function fileTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  const tray = page.getByRole("list", { name: "Files that go with the message" });
  const shown = page.getByRole("list", { name: "Files that came with the message" });

  await tests.test("files are looked at before they are sent, and refused with the reason", async () => {
    await page.goto(`${daemon.base}/chat/files`);
    await settled(page);
    const picker = page.locator("[data-picker]");
    await picker.setInputFiles([
      chosen("noise.png", "image/png", png(400)),
      chosen(HOSTILE, "text/plain", Buffer.from("what stands in it\nsecond line")),
      chosen("tool.bin", "application/octet-stream", Buffer.from([1, 0, 2])),
      chosen("huge.png", "image/png", Buffer.alloc(9 * 1024 * 1024, 1)),
      chosen("empty.txt", "text/plain", Buffer.alloc(0)),
      chosen("long.txt", "text/plain", Buffer.alloc(200 * 1024, "a")),
    ]);
    await page.locator("[data-file=ready]").nth(1).waitFor();
    await tray.getByText("9.0 MiB is too large").waitFor();
    await tray.getByText("200 KiB is too long").waitFor();
    await tray.getByText("Only pictures").waitFor();
    await tray.getByText("It is empty").waitFor();
    await page.locator("[data-picture=shown]").waitFor();
    assert.ok(!(await tray.innerText()).includes("\u202e"));
    assert.equal(await tray.locator("img").count(), 0);
    await assertAccessible(page);
    await picture(page, "files-chosen");
    await page.setViewportSize(NARROW);
    await assertFits(page);
    await picture(page, "files-chosen-360");
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  await tests.test("they stand in the conversation, also after a reload", async () => {
    await page.locator("[data-composer]").fill("look at these");
    await page.locator("[data-composer]").press("Enter");
    await tray.waitFor({ state: "detached" });
    await shown.locator("[data-picture=shown]").waitFor();
    await atRest(page);
    await page.reload();
    await shown.locator("[data-picture=shown]").waitFor();
    const text = shown.locator("details");
    await text.locator("summary").click();
    await text.getByText("second line").waitFor();
    assert.ok(!(await shown.innerText()).includes("\u202e"));
    assert.equal(await page.evaluate(() => globalThis.hit), undefined);
    await assertAccessible(page);
    await picture(page, "files-shown");
    await shown.getByRole("button", { name: /noise/ }).click();
    await page.getByRole("dialog").locator("[data-picture=shown]").waitFor();
    await assertAccessible(page);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  await tests.test("files are pasted and dropped, and taken back by the keyboard", async () => {
    const hand = (kind) =>
      page.evaluate((event) => {
        const data = new DataTransfer();
        data.items.add(new File(["# notes"], `${event}.md`, { type: "text/markdown" }));
        const composer = document.querySelector("[data-composer]");
        const options = { bubbles: true, cancelable: true };
        if (event === "paste") composer.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, ...options }));
        else for (const type of ["dragover", "drop"]) composer.dispatchEvent(new DragEvent(type, { dataTransfer: data, ...options }));
      }, kind);
    await hand("paste");
    await hand("drop");
    await page.locator("[data-file=ready]").nth(1).waitFor();
    await tray.getByRole("button", { name: "Remove paste.md" }).focus();
    await page.keyboard.press("Enter");
    await tray.getByText("paste.md").first().waitFor({ state: "detached" });
    assert.equal(await page.locator("[data-file]").count(), 1);
    // A file alone is a message, too.
    await page.getByRole("button", { name: "Send" }).click();
    await shown.nth(1).getByText("drop.md").first().waitFor();
    await atRest(page);
  });

  await tests.test("a file goes on where it was when the daemon comes back", async () => {
    await daemon.kill();
    await page.locator("[data-picker]").setInputFiles([chosen("later.png", "image/png", png(700))]);
    await page.locator("[data-file=sending]").waitFor();
    await daemon.run();
    await page.locator("[data-file=ready]").waitFor({ timeout: 30_000 });
    await tray.getByRole("button", { name: "Remove later.png" }).click();
  });
  await assertNoViolations(page);
  await page.context().close();
}
