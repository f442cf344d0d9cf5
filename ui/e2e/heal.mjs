// A page that was away: frozen for an hour, cut off from the network, or in front of a daemon whose
// ledger is another one. It heals by itself and shows what a fresh load shows.
import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { atRest, write } from "./harness.mjs";
import { settled } from "./pages.mjs";

const log = (page) => page.locator("[role=log]").innerText();

/** What a page shows that is loaded now in the same browser. */
async function fresh(page, url) {
  const other = await page.context().newPage();
  await other.goto(url);
  await other.getByRole("link", { name: "trace" }).last().waitFor();
  await settled(other);
  const shown = await log(other);
  await other.close();
  return shown;
}

/** Waits until a page shows the same as a fresh one. */
async function assertSame(page, url) {
  const wanted = await fresh(page, url);
  await page.waitForFunction((text) => document.querySelector("[role=log]")?.innerText === text, wanted).catch(() => undefined);
  assert.equal(await log(page), wanted);
  assert.equal(await page.evaluate(() => globalThis.isSamePage), true, "it was not loaded again");
}

export async function healTests(tests, browser, daemon) {
  let n = 0;
  const say = async (key, message) => {
    const [sent] = await daemon.calls([{ method: "sessions.send", params: { key, message, idempotencyKey: `heal-${n++}` } }]);
    assert.equal(sent.ok, true, JSON.stringify(sent));
    const [ended] = await daemon.calls([{ method: "agent.wait", params: { runId: sent.payload.requestId, timeoutMs: 20_000 } }]);
    assert.equal(ended.payload.status, "done", JSON.stringify(ended));
  };
  const opened = async (key) => {
    const page = await browser.page(daemon);
    await page.goto(`${daemon.base}/chat/${key}`);
    await write(page, "help");
    await page.getByRole("link", { name: "trace" }).waitFor();
    await atRest(page);
    await page.evaluate(() => (globalThis.isSamePage = true));
    return page;
  };

  await tests.test("a tab that was frozen for an hour goes on with what happened meanwhile", async () => {
    const page = await opened("frozen");
    await page.clock.install();
    const session = await page.context().newCDPSession(page);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    await say("frozen", "what time is it");
    await daemon.kill();
    await daemon.run();
    await say("frozen", "help");
    await session.send("Page.setWebLifecycleState", { state: "active" });
    // An hour has passed on its clock: no socket of before is believed.
    await page.clock.fastForward("01:00:00");
    await page.clock.resume();
    await page.getByRole("link", { name: "trace" }).nth(2).waitFor({ timeout: 30_000 });
    await assertSame(page, `${daemon.base}/chat/frozen`);
    await page.context().close();
  });

  await tests.test("a part of the page that was asked for without contact comes when there is contact", async () => {
    const page = await browser.page(daemon);
    await settled(page);
    await daemon.kill();
    await page.keyboard.press("?");
    await page.getByRole("status").getByText(/Reconnecting|Offline/).waitFor();
    assert.equal(await page.getByText("This part of the page broke").count(), 0);
    await daemon.run();
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor({ timeout: 30_000 });
    await page.context().close();
  });

  await tests.test("a change of network loses nothing", async () => {
    const page = await opened("network");
    await page.context().setOffline(true);
    await say("network", "what time is it");
    await daemon.kill();
    await page.getByRole("status").getByText(/Reconnecting|Offline/).waitFor();
    await daemon.run();
    await say("network", "help");
    await page.context().setOffline(false);
    await page.getByRole("link", { name: "trace" }).nth(2).waitFor({ timeout: 30_000 });
    await assertSame(page, `${daemon.base}/chat/network`);
    await page.context().close();
  });

  await tests.test("a daemon that was set back to an older state is shown as it is now", async () => {
    const page = await opened("epoch");
    const [state, kept] = [join(daemon.home, "state"), join(daemon.home, "kept")];
    await daemon.kill();
    await cp(state, kept, { recursive: true });
    await daemon.run();
    await say("epoch", "what time is it");
    await page.getByRole("link", { name: "trace" }).nth(1).waitFor({ timeout: 30_000 });
    await daemon.kill();
    await rm(state, { recursive: true });
    await cp(kept, state, { recursive: true });
    await rm(kept, { recursive: true });
    await daemon.run();
    await page.waitForFunction(() => document.querySelectorAll("[role=log] article").length === 1);
    await assertSame(page, `${daemon.base}/chat/epoch`);
    await page.context().close();
  });
}
