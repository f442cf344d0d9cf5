// Access: grants made and narrowed with what they would have answered, "what if?", who reaches the
// daemon from outside, and a phone that signs in by a code.
import assert from "node:assert/strict";
import { follow } from "./bundle.mjs";
import { assertAccessible, assertFits, assertNoViolations, NARROW, write } from "./harness.mjs";
import { picture, settled } from "./pages.mjs";

/** An address that is not the usual one stands for the network outside. */
const OUTSIDE = "127.0.0.2";
/** Input this soon after a card appeared is ignored. */
const GUARD_MS = 600;

/** Waits for the newest card and presses a key on it. */
async function answer(page, key) {
  const card = page.locator("[data-ask]").last();
  await card.waitFor();
  await page.waitForTimeout(GUARD_MS);
  await card.focus();
  await page.keyboard.press(key);
  await card.waitFor({ state: "detached" });
}

export async function accessTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  const dialog = page.getByRole("dialog");

  await tests.test("a grant shows what it would have answered before it is made", async () => {
    await page.goto(`${daemon.base}/chat/access`);
    await write(page, "fetch https://example.org/one");
    await answer(page, "d");
    await page.goto(`${daemon.base}/access/grants`);
    await page.getByRole("button", { name: "Make a grant" }).click();
    await dialog.getByText("Say who and what").waitFor();
    await dialog.getByLabel("Tool", { exact: true }).fill("http_fetch");
    await dialog.getByText("1 of 1 questions of the last week").waitFor();
    await dialog.getByText("GET https://example.org/one").waitFor();
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, "grant-preview");
    await dialog.getByLabel("Host").fill("example.net");
    await dialog.getByText("0 of 1 questions of the last week").waitFor();
    await dialog.getByLabel("Host").fill("*.org");
    await dialog.getByText("is not one host name").first().waitFor();
    await dialog.getByLabel("Host").fill("example.org");
    await dialog.getByText("1 of 1 questions of the last week").waitFor();
    await dialog.getByLabel("Why, for whoever").fill("it is only an example");
    await dialog.getByRole("button", { name: "Make the grant" }).click();
    await page.locator("[data-grant]").getByText("example.org").first().waitFor();
    await page.setViewportSize(NARROW);
    await page.getByRole("button", { name: /^Narrow/ }).click();
    await dialog.getByText("A narrower grant takes its place").waitFor();
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, "grant-narrow-360");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  await tests.test("what ought to be decided is held against what would be", async () => {
    await page.goto(`${daemon.base}/access/check`);
    await page.getByLabel("What", { exact: true }).fill("http_fetch");
    await page.getByText("Under which circumstances").click();
    await page.getByLabel("Host").fill("example.org");
    await page.getByRole("button", { name: "Why?" }).click();
    await page.locator("[data-verdict=allow]").waitFor();
    await page.getByRole("button", { name: "Keep this answer as expected" }).click();
    await page.getByRole("button", { name: "Run all" }).click();
    await page.getByText("1 answer is as expected").waitFor();
    await assertAccessible(page);
    await picture(page, "what-if");
    // It is kept, and a grant that is narrowed away from it is found out.
    await page.goto(`${daemon.base}/access/grants`);
    await page.getByRole("button", { name: /^Narrow/ }).click();
    await dialog.getByLabel("Session").fill("elsewhere");
    await dialog.getByText("0 of 1 questions of the last week").waitFor();
    await dialog.getByRole("button", { name: "Put the narrower one in its place" }).click();
    await page.locator("[data-grant]").getByText("in session elsewhere").first().waitFor();
    await page.waitForFunction(() => document.querySelectorAll("[data-grant]").length === 1);
    await page.goto(`${daemon.base}/access/check`);
    await page.getByRole("button", { name: "Run all" }).click();
    await page.getByText("1 answer differs").waitFor();
    await page.getByText("It would be: asks you").waitFor();
    await assertAccessible(page);
    await page.getByRole("button", { name: /^Drop/ }).click();
    await page.getByText("Nothing is kept yet").waitFor();
  });

  await tests.test("a wider grant that cannot be revoked is told, and revoking it is all that is tried again", async () => {
    await page.addInitScript(() => {
      globalThis.isLosing = true;
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (text) {
        const frame = JSON.parse(text);
        const isLost = globalThis.isLosing && frame.method === "acl.grants.revoke";
        send.call(this, isLost ? JSON.stringify({ ...frame, params: { ...frame.params, id: "grant-that-is-not-there" } }) : text);
      };
    });
    await page.goto(`${daemon.base}/access/grants`);
    await page.getByRole("button", { name: /^Narrow/ }).click();
    await dialog.getByText("The present grant answers 0 of them").waitFor();
    await dialog.getByLabel("Path").fill("notes");
    await dialog.getByRole("button", { name: "Put the narrower one in its place" }).click();
    await dialog.locator("[data-half]").waitFor();
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, "grant-half");
    await page.waitForFunction(() => document.querySelectorAll("[data-grant]").length === 2);
    await page.evaluate(() => (globalThis.isLosing = false));
    await dialog.getByRole("button", { name: "Revoke the wider one" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.waitForFunction(() => document.querySelectorAll("[data-grant]").length === 1);
    await page.locator("[data-grant]").getByText("notes").first().waitFor();
  });

  await tests.test("it is seen what a stranger sees, and a phone signs in by a code once it is open", async () => {
    await page.goto(`${daemon.base}/access/devices`);
    await page.getByRole("button", { name: "Sign in a phone" }).click();
    await dialog.getByText("Only programs on this machine reach Nexus").waitFor();
    await assertAccessible(page);
    await dialog.getByRole("link", { name: "Who can reach it" }).click();
    await page.locator("[data-open=false]").waitFor();
    const stranger = JSON.parse(await page.locator("[data-stranger]").innerText());
    assert.deepEqual(Object.keys(stranger), ["status", "version"]);
    await assertAccessible(page);
    await picture(page, "outside-closed");
    await page.getByRole("button", { name: "Change" }).click();
    await dialog.getByLabel("Reached by").selectOption("address");
    await dialog.getByRole("textbox", { name: "Address" }).fill(OUTSIDE);
    await assertAccessible(page);
    await picture(page, "outside-change");
    await dialog.getByRole("button", { name: "Open", exact: true }).click();
    await page.locator("[data-open=true]").waitFor();
    await assertAccessible(page);
    await picture(page, "outside-open");
    await page.goto(`${daemon.base}/access/devices`);
    await page.getByRole("button", { name: "Sign in a phone" }).click();
    await dialog.getByRole("img", { name: "QR code of the sign-in link" }).waitFor();
    await assertAccessible(page);
    await picture(page, "phone");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await dialog.getByRole("button", { name: "Copy" }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, new RegExp(`^https://${OUTSIDE}:`));
    const phone = await browser.context({ ignoreHTTPSErrors: true, viewport: NARROW, hasTouch: true });
    const there = await phone.newPage();
    await follow(there, link);
    await there.getByRole("heading", { level: 1 }).first().waitFor();
    // Whose daemon it is stands above every page and in the title.
    const strip = there.locator("[data-host]");
    await strip.getByText(`reached at ${OUTSIDE}:`).waitFor();
    // First it is called by its address, then by the name that the daemon says.
    await there.waitForFunction(() => {
      const host = document.querySelector("[data-host]")?.getAttribute("data-host");
      return document.title.endsWith(`Nexus on ${host}`);
    });
    assert.equal(await page.locator("[data-host]").count(), 0, "this machine needs no name");
    await assertAccessible(there);
    await picture(there, "other-host-360");
    await settled(there);
    await assertFits(there);
    assert.equal(await there.getByText("not signed in").count(), 0);
    await page.keyboard.press("Escape");
    await page.locator("[data-browser]").nth(1).waitFor();
    await assertAccessible(page);
    await picture(page, "browsers");
    // The same link opens nothing any more.
    assert.equal((await there.goto(link)).status(), 410);
    await phone.close();
    await page.goto(`${daemon.base}/access/outside`);
    await page.getByRole("button", { name: "Change" }).click();
    await dialog.getByRole("button", { name: "Close", exact: true }).click();
    await page.locator("[data-open=false]").waitFor();
  });
  await assertNoViolations(page);
  await page.context().close();
}
