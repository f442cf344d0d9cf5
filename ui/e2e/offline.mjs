// With the offline provider: a conversation, files, an approval, and every page in every shape.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./daemon.mjs";
import { follow } from "./bundle.mjs";
import { assertAccessible, assertFits, assertNoViolations, atRest, lastReply, NARROW, WIDE, write } from "./harness.mjs";

/** `reachable` is an address that answers with the word `slow`. */
export async function offlineTests(tests, browser, daemon, reachable) {
  const page = await browser.page(daemon);

  await tests.test("a link signs the browser in, once", async () => {
    await page.getByRole("heading", { level: 1, name: /Nothing needs you/ }).waitFor();
    const link = await daemon.link();
    const other = await browser.page(daemon, { signIn: false });
    await follow(other, link);
    await other.getByRole("heading", { level: 1, name: /Nothing needs you/ }).waitFor();
    await other.context().close();
    const late = await browser.page(daemon, { signIn: false });
    assert.equal((await late.goto(link)).status(), 410);
    await late.context().close();
  });

  await tests.test("a stranger learns how to sign in", async () => {
    const stranger = await browser.page(daemon, { signIn: false });
    await stranger.goto(daemon.base);
    await stranger.getByRole("alert").getByText("This browser is not signed in").waitFor();
    await stranger.getByText("nexus ui").waitFor();
    await assertAccessible(stranger);
    await stranger.context().close();
  });

  await tests.test("a conversation is held", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.waitForURL(/\/chat\/main$/);
    await write(page, "hello");
    await page.getByText("rule-based, without a language model").first().waitFor();
    await atRest(page);
    await page.getByText("free").last().waitFor();
  });

  await tests.test("files are written, changed and read", async () => {
    await write(page, "write notes/a.txt: hello world then replace world with nexus in notes/a.txt then read notes/a.txt");
    await lastReply(page).getByText("hello nexus").waitFor();
    await atRest(page);
    assert.equal(await readFile(join(daemon.home, "home/notes/a.txt"), "utf8"), "hello nexus\n");
    const row = page.locator('[data-tool="edit_file"]').last();
    await row.locator("summary").click();
    await row.getByText("-hello world").waitFor();
    await row.getByText("+hello nexus").waitFor();
  });

  await tests.test("a fetch waits for a person, a hasty key decides nothing, and no means no", async () => {
    await page.evaluate(() => {
      const observer = new MutationObserver(() => {
        const card = document.querySelector("[data-ask]");
        if (!card) return;
        observer.disconnect();
        globalThis.hasty = true;
        card.focus();
        card.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true, cancelable: true }));
      });
      observer.observe(document.body, { childList: true, subtree: true });
    });
    await write(page, "fetch https://example.org/secret");
    const card = page.locator("[data-ask]");
    await card.getByText("https://example.org/secret").first().waitFor();
    await page.waitForTimeout(600);
    assert.equal(await page.evaluate(() => globalThis.hasty), true);
    assert.equal(await card.count(), 1, "the key within 500 ms was ignored");
    await page.locator("[data-composer]").fill("a d a d");
    assert.equal(await card.count(), 1, "letters in a text field decide nothing");
    await page.locator("[data-composer]").fill("");
    await page.locator("[data-composer]").blur();
    await page.keyboard.press("!");
    await page.keyboard.press("d");
    await page.getByText(/You denied this/).waitFor();
    await atRest(page);
    assert.match(await lastReply(page).innerText(), /did not work|denied|refused/i);
  });

  await tests.test("a refusal carries its reason to the agent", async () => {
    await write(page, "fetch https://example.org/other");
    await page.locator("[data-ask]").waitFor();
    await page.waitForTimeout(600);
    await page.getByRole("button", { name: /Deny and say why/ }).click();
    await page.getByLabel(/What should/).fill("use the file instead");
    await page.getByRole("button", { name: "Deny with this reason" }).click();
    await page.getByText("“use the file instead”").waitFor();
    await atRest(page);
  });

  await tests.test("yes means once: the page is fetched, and the next one asks again", async () => {
    await write(page, `fetch ${reachable}`);
    await page.locator("[data-ask]").waitFor();
    await page.waitForTimeout(600);
    await page.locator("[data-composer]").blur();
    await page.keyboard.press("!");
    await page.keyboard.press("a");
    await page.getByText(/You allowed this once/).waitFor();
    await lastReply(page).getByText("slow").waitFor();
    await atRest(page);
    await write(page, `fetch ${reachable}`);
    await page.locator("[data-ask]").waitFor();
  });

  await tests.test("an approval outlives the daemon, and a decision in one window counts in all", async () => {
    const other = await browser.page(daemon, { viewport: NARROW });
    await other.locator("[data-ask]").waitFor();
    await daemon.kill();
    await daemon.run();
    await page.getByRole("status").getByText(/Running|Starting|Degraded/).waitFor();
    await page.locator("[data-ask]").waitFor();
    await other.waitForTimeout(600);
    await other.getByRole("button", { name: "Deny", exact: true }).click();
    await other.locator("[data-ask]").waitFor({ state: "detached" });
    await page.locator("[data-ask]").waitFor({ state: "detached" });
    await page.getByText(/You denied this/).last().waitFor();
    await atRest(page);
    await other.context().close();
  });

  await tests.test("an answer for longer is chosen with the keyboard, and the next one asks nothing", async () => {
    await write(page, `fetch ${reachable}`);
    await page.locator("[data-ask]").waitFor();
    await page.waitForTimeout(600);
    await page.locator("[data-composer]").blur();
    await page.keyboard.press("!");
    await page.keyboard.press("g");
    await page.getByRole("menuitem", { name: /in this session/ }).first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByText(/You allowed the like of this for a day/).waitFor();
    await atRest(page);
    const n = await page.locator("[data-receipt]").count();
    await write(page, `fetch ${reachable}`);
    await lastReply(page).getByText("slow").waitFor();
    await atRest(page);
    assert.equal(await page.locator("[data-ask]").count(), 0, "it was asked again");
    assert.equal(await page.locator("[data-receipt]").count(), n, "it was asked and answered");
  });

  await tests.test("the way of a request is shown in eight stages", async () => {
    await page.getByRole("link", { name: "trace" }).last().click();
    await page.getByRole("heading", { level: 1, name: /fetch http/ }).waitFor();
    const table = page.getByRole("table", { name: "Stages" });
    for (const stage of ["1 receiveEvent", "6 runAgent", "8 finalize"]) await table.getByText(stage, { exact: true }).waitFor();
    await page.getByText("http_fetch").first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1", "the focus is on the heading");
  });

  await tests.test("a wrong address and a wrong id are answered in words", async () => {
    await page.goto(`${daemon.base}/r/01ZZZZZZZZZZZZZZZZZZZZZZZZ`);
    await page.getByRole("alert").getByText("This could not be loaded").waitFor();
    assert.equal((await page.goto(`${daemon.base}/nowhere`)).status(), 404);
    await page.goto(daemon.base);
  });

  await tests.test("keys go where they say", async () => {
    await page.getByLabel("Filter recent requests").waitFor();
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search");
    await page.keyboard.type("hello");
    await page.getByRole("link", { name: /done hello/ }).waitFor();
    await page.locator("h1").click();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.waitForURL(/\/chat\//);
  });

  await tests.test("a long session shows its newest page and older ones on the way up", async () => {
    const send = (n) => ({
      method: "sessions.send",
      params: { key: "long", message: `hello number ${n}`, idempotencyKey: `long-${n}` },
    });
    for (let n = 1; n <= 45; n++) {
      await daemon.calls([send(n)]);
      await until(`message ${n} to be answered`, async () => {
        const [answer] = await daemon.calls([{ method: "sessions.get", params: { key: "long" } }]);
        return answer.ok && !answer.payload.session.is_busy;
      });
    }
    await page.goto(`${daemon.base}/chat/long`);
    const said = (n) => page.locator("article").getByText(`hello number ${n}`, { exact: true });
    await said(45).waitFor();
    assert.equal(await said(1).count(), 0);
    await page.getByRole("log").evaluate((log) => log.scrollTo(0, 0));
    await said(1).waitFor();
    const found = await page.locator("article p").allInnerTexts();
    assert.deepEqual(found, Array.from({ length: 45 }, (_, n) => `hello number ${n + 1}`), "each once, in order");
  });

  await tests.test("a draft survives a reload", async () => {
    await page.goto(`${daemon.base}/chat/main`);
    await page.locator("[data-composer]").fill("half a thought");
    await page.waitForTimeout(700);
    await page.reload();
    await page.locator("[data-composer]").waitFor();
    assert.equal(await page.locator("[data-composer]").inputValue(), "half a thought");
    await page.locator("[data-composer]").fill("");
  });

  await page.goto(`${daemon.base}/chat/main`);
  await write(page, "fetch https://example.org/waiting");
  await page.locator("[data-ask]").waitFor();
  const [{ payload }] = await daemon.calls([{ method: "requests.list", params: { limit: 200 } }]);
  const request = payload.requests.find(({ purpose }) => purpose.startsWith("fetch")) ?? payload.requests[0];
  for (const theme of ["light", "dark"]) {
    for (const viewport of [WIDE, NARROW]) {
      const shown = await browser.page(daemon, { theme, viewport });
      for (const path of ["/", "/chat/main", "/chat/new-session", `/r/${request.id}`]) {
        const name = path.replace(request.id, ":id");
        await tests.test(`${name} is accessible and fits, ${theme} at ${viewport.width}`, async () => {
          await shown.goto(daemon.base + path);
          await shown.getByRole("heading", { level: 1 }).waitFor();
          await shown.waitForTimeout(500);
          assert.equal(await shown.evaluate(() => document.documentElement.dataset.theme), theme);
          await assertAccessible(shown);
          await assertFits(shown);
          await assertNoViolations(shown);
        });
      }
      await shown.context().close();
    }
  }
  await page.waitForTimeout(600);
  await page.locator("[data-ask]").focus();
  await page.keyboard.press("d");
  await atRest(page);
  await assertNoViolations(page);
  await page.context().close();
}
