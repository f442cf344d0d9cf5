// With a slow model: stop, queue, reload in the middle, a daemon that dies and comes back.
import assert from "node:assert/strict";
import { assertAccessible, assertFits, assertNoViolations, atRest, lastReply, write } from "./harness.mjs";
import { STORY } from "./model.mjs";

export async function slowTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  const open = async (session) => {
    await page.goto(`${daemon.base}/chat/${session}`);
    await page.locator("[data-composer]").waitFor();
  };
  const writing = () => page.locator("[data-writing] .prose");
  const begun = async () => page.waitForFunction(() => (document.querySelector("[data-writing] .prose")?.innerText.length ?? 0) > 60);
  const replies = () => page.locator("[data-reply]");

  await tests.test("a reply grows while it is written, and is there once at the end", async () => {
    await open("stream");
    await write(page, "tell me a story");
    await begun();
    const early = await writing().innerText();
    assert.ok(STORY.startsWith(early.trim()), early);
    await atRest(page);
    assert.equal((await lastReply(page).innerText()).trim(), STORY);
    assert.equal(await replies().count(), 1);
  });

  await tests.test("what is sent before the first contact goes out with it", async () => {
    let connect;
    const isSent = new Promise((resolve) => (connect = resolve));
    await page.routeWebSocket(/\/ws$/, async (socket) => {
      await isSent;
      socket.connectToServer();
    });
    await open("early");
    await write(page, "something short");
    assert.equal(await page.locator("[data-composer]").inputValue(), "");
    connect();
    await lastReply(page).getByText("A short reply.").waitFor();
    await page.unrouteAll();
  });

  await tests.test("Esc Esc stops the run at once", async () => {
    await open("stop");
    await write(page, "tell me a story");
    await begun();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await atRest(page);
    await page.getByText("■ Stopped").waitFor();
    const text = (await replies().count()) > 0 ? await lastReply(page).innerText() : "";
    assert.ok(text.length < STORY.length / 2, "the reply was cut off");
  });

  await tests.test("Enter queues behind a run, and what was queued runs next", async () => {
    await open("queue");
    await write(page, "tell me a story");
    await begun();
    await write(page, "something short");
    await page.getByRole("list", { name: "Waiting behind the active run" }).getByText("something short").first().waitFor();
    await page.getByText("A short reply.").waitFor({ timeout: 30_000 });
    await atRest(page);
    assert.equal(await replies().count(), 2);
    assert.deepEqual(await page.locator("article p").allInnerTexts(), ["tell me a story", "something short"]);
  });

  await tests.test("what waits is put first, or taken back", async () => {
    await open("order");
    await write(page, "tell me a story");
    await begun();
    await write(page, "short one");
    await write(page, "short two");
    await write(page, "short three");
    const queue = page.getByRole("list", { name: "Waiting behind the active run" });
    await queue.getByText("short three").first().waitFor();
    await queue.getByRole("button", { name: "Next short three" }).click();
    await page.waitForFunction(() => document.querySelector("[aria-label='Waiting behind the active run'] li")?.textContent.includes("three"));
    await queue.getByRole("button", { name: "Take back short one" }).click();
    await queue.getByText("short one").first().waitFor({ state: "detached" });
    await assertAccessible(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => [...document.querySelectorAll("article p")].some((p) => p.textContent === "short two"));
    await atRest(page);
    assert.deepEqual(await page.locator("article p").allInnerTexts(), ["tell me a story", "short three", "short two"]);
  });

  await tests.test("a message is said differently in a copy, and the first conversation stays", async () => {
    await open("first");
    await write(page, "be short");
    await atRest(page);
    await write(page, "short again");
    await atRest(page);
    const edit = page.getByRole("button", { name: "Edit in a copy" });
    await edit.nth(1).waitFor();
    await edit.nth(1).click();
    await page.waitForURL((url) => !url.pathname.endsWith("/first"));
    assert.equal(await page.locator("[data-composer]").inputValue(), "short again");
    await lastReply(page).getByText("A short reply.").waitFor();
    assert.equal(await page.locator("article").count(), 1);
    await open("first");
    await lastReply(page).waitFor();
    assert.equal(await page.locator("article").count(), 2);
  });

  await tests.test("Ctrl+Enter steers: the run ends at its step and goes on with what was said", async () => {
    await open("steer");
    await write(page, "tell me a story");
    await begun();
    await write(page, "be short", "Control+Enter");
    await page.getByText("A short reply.").waitFor({ timeout: 30_000 });
    await atRest(page);
  });

  await tests.test("a reload in the middle goes on where the text is", async () => {
    await open("reload");
    await write(page, "tell me a story");
    await begun();
    const before = (await writing().innerText()).trim();
    await page.reload();
    await begun();
    const after = (await writing().innerText()).trim();
    assert.ok(STORY.startsWith(after) && after.length >= before.length, "the text so far is there at once");
    await atRest(page);
    assert.equal((await lastReply(page).innerText()).trim(), STORY);
    assert.equal(await replies().count(), 1);
  });

  await tests.test("a killed daemon comes back and the page shows the same text, without a reload", async () => {
    await open("kill");
    await page.evaluate(() => (globalThis.isSamePage = true));
    await write(page, "tell me a story");
    await begun();
    await page.locator("[data-composer]").fill("a draft meanwhile");
    await daemon.kill();
    await page.getByRole("status").getByText(/Reconnecting|Offline/).waitFor({ timeout: 6_000 });
    assert.equal(await page.locator("[data-composer]").inputValue(), "a draft meanwhile");
    assert.equal(await page.getByRole("button", { name: /^(Send|Queue)$/ }).isDisabled(), true);
    await daemon.run();
    await page.getByRole("status").getByText(/Running|Starting|Degraded/).waitFor({ timeout: 6_000 });
    await atRest(page);
    assert.equal((await lastReply(page).innerText()).trim(), STORY);
    assert.equal(await replies().count(), 1, "nothing doubled");
    assert.deepEqual(await page.locator("article p").allInnerTexts(), ["tell me a story"]);
    assert.equal(await page.evaluate(() => globalThis.isSamePage), true);
    await page.getByText("fake/slow").last().waitFor();
    const shown = await page.locator("[role=log]").innerText();
    await page.reload();
    await lastReply(page).waitFor();
    assert.equal(await page.locator("[role=log]").innerText(), shown, "and a reload shows the same");
  });

  await tests.test("without the daemon the page says so, keeps what it shows, and goes on by itself", async () => {
    await open("offline");
    await write(page, "something short");
    await page.getByText("A short reply.").waitFor();
    await atRest(page);
    await page.goto(daemon.base);
    await page.getByText("something short").first().waitFor();
    await daemon.kill();
    await page.getByText(/What you see is from/).waitFor({ timeout: 20_000 });
    await page.getByText("something short").first().waitFor();
    await assertAccessible(page);
    await assertFits(page);
    await daemon.run();
    await page.getByText(/What you see is from/).waitFor({ state: "hidden" });
    await page.getByRole("status").getByText(/Running|Starting|Degraded/).waitFor();
  });

  await tests.test("what a model writes cannot run", async () => {
    await open("nasty");
    await write(page, "be nasty");
    await atRest(page);
    await lastReply(page).getByText("After.").waitFor();
    assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
    const reply = lastReply(page);
    assert.equal(await reply.locator("img, script, iframe").count(), 0);
    const links = await reply.locator("a[href]").evaluateAll((all) => all.map((a) => [a.protocol, a.rel]));
    for (const [protocol, rel] of links) {
      assert.match(protocol, /^https?:$/);
      assert.match(rel, /noopener/);
    }
    await assertNoViolations(page);
  });

  await tests.test("what models used is drawn by day and by session, and told in figures", async () => {
    await page.goto(`${daemon.base}/usage`);
    await page.getByRole("img", { name: "Cost by day" }).waitFor();
    await assertAccessible(page);
    await page.getByLabel("By", { exact: true }).selectOption("session");
    const bars = page.getByRole("list", { name: "Cost by session" });
    await bars.getByText("stream", { exact: true }).waitFor();
    assert.match(await bars.innerText(), /\$0\.\d+/);
    await page.getByRole("rowheader", { name: "stream", exact: true }).waitFor();
    await assertAccessible(page);
    await assertFits(page);
  });

  await page.context().close();
}
