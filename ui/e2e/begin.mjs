// The first steps on Home, an approval in three keys from anywhere, and the steps of its turn.
import assert from "node:assert/strict";
import { assertAccessible, assertFits, assertNoViolations, atRest, NARROW, write } from "./harness.mjs";
import { picture, settled } from "./pages.mjs";

/** Input this soon after a card appeared is ignored. */
const GUARD_MS = 600;

export async function beginTests(tests, browser, daemon) {
  const page = await browser.page(daemon);

  await tests.test("a new house shows its first steps as they really stand", async () => {
    await page.locator("[data-begin]").waitFor();
    await page.getByText("This browser is signed in as you").waitFor();
    const open = page.locator("[data-begin] [data-done=false]");
    await open.filter({ hasText: "Connect a model" }).waitFor();
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, "begin");
    await page.setViewportSize(NARROW);
    await assertFits(page);
    await picture(page, "begin-360");
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole("button", { name: "Try it" }).click();
    await page.locator("[data-ask]").waitFor();
  });

  await tests.test("an approval takes three keys at most, from every page", async () => {
    const card = page.locator("[data-ask]");
    for (const [n, path] of ["/chat/elsewhere", "/settings", "/usage", "/access/check"].entries()) {
      if (n > 0) {
        await page.goto(`${daemon.base}/chat/keys`);
        await write(page, `fetch https://example.org/${n}`);
        await card.waitFor();
      }
      await page.goto(daemon.base + path);
      await page.getByRole("button", { name: /1 waiting/ }).waitFor();
      // In the composer, letters are text: there the key goes with Alt.
      await page.keyboard.press(path.startsWith("/chat") ? "Alt+!" : "!");
      await card.waitFor();
      await page.waitForTimeout(GUARD_MS);
      await page.keyboard.press("d");
      await page.getByRole("button", { name: /waiting/ }).waitFor({ state: "detached" });
    }
    await page.goto(daemon.base);
    await page.locator("[data-begin] [data-done=true]").filter({ hasText: "Try an approval" }).waitFor();
  });

  await tests.test("a turn is gone through step by step", async () => {
    await page.goto(`${daemon.base}/chat/steps`);
    await write(page, "write notes/a.txt: hello then read notes/a.txt");
    await page.getByRole("link", { name: "trace" }).waitFor();
    await atRest(page);
    await page.getByRole("link", { name: "trace" }).click();
    const replay = page.locator("[data-replay]");
    await replay.locator("[data-step=asked]").waitFor();
    const kinds = [];
    for (;;) {
      kinds.push(await replay.locator("[data-step]").getAttribute("data-step"));
      if (await replay.getByRole("button", { name: /^Next/ }).isDisabled()) break;
      const before = await replay.getByRole("status").innerText();
      await page.keyboard.press("]");
      await page.waitForFunction((seen) => document.querySelector("[data-replay] [role=status]").innerText !== seen, before);
    }
    assert.equal(kinds[0], "asked");
    assert.equal(kinds.at(-1), "end");
    for (const kind of ["reply", "call", "result"]) assert.ok(kinds.includes(kind), kinds.join());
    await page.keyboard.press("[");
    await replay.locator(`[data-step=${kinds.at(-2)}]`).waitFor();
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, "replay");
    await replay.getByRole("button", { name: /Result of write_file/ }).click();
    await replay.locator("[data-step=result]").waitFor();
    await page.setViewportSize(NARROW);
    await assertFits(page);
    await assertAccessible(page);
    await picture(page, "replay-360");
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  await tests.test("first steps that were dismissed stay away", async () => {
    await page.goto(daemon.base);
    await page.getByRole("button", { name: "Do not show this again" }).click();
    await page.locator("[data-begin]").waitFor({ state: "detached" });
    await page.reload();
    await settled(page);
    assert.equal(await page.locator("[data-begin]").count(), 0);
  });
  await assertNoViolations(page);
  await page.context().close();
}
