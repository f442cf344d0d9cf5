// Notices of approvals: asked for by a click, shown while nobody looks, taken back when it is decided.
import assert from "node:assert/strict";
import { assertAccessible, assertFits, assertNoViolations, NARROW, write } from "./harness.mjs";
import { picture, settled } from "./pages.mjs";

/** Puts a list in the place of what the system shows, and a person who allows it. */
async function systemOf(page) {
  await page.addInitScript(() => {
    globalThis.shownNotices = [];
    globalThis.nAsked = 0;
    let permission = sessionStorage.getItem("permission") ?? "default";
    globalThis.Notification = class {
      static get permission() {
        return permission;
      }
      static async requestPermission() {
        globalThis.nAsked += 1;
        permission = "granted";
        sessionStorage.setItem("permission", permission);
        return permission;
      }
      constructor(title, { body, tag }) {
        globalThis.shownNotices = globalThis.shownNotices.filter((one) => one.tag !== tag);
        Object.assign(this, { title, body, tag });
        globalThis.shownNotices.push(this);
      }
      close() {
        globalThis.shownNotices = globalThis.shownNotices.filter((one) => one !== this);
      }
    };
    globalThis.isLookedAt = true;
    document.hasFocus = () => globalThis.isLookedAt;
  });
}

export async function notifyTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  await systemOf(page);
  const card = page.locator("[data-notify]");
  const is = (how) => page.locator(`[data-notify=${how}]`).waitFor();
  const look = (isLooking) =>
    page.evaluate((is) => {
      globalThis.isLookedAt = is;
      dispatchEvent(new Event("focus"));
    }, isLooking);
  const bodies = () => page.evaluate(() => globalThis.shownNotices.map(({ title, body }) => `${title}: ${body}`));
  const shown = (n) => page.waitForFunction((count) => globalThis.shownNotices.length === count, n);
  let n = 0;
  const ask = (session) =>
    daemon.calls([{ method: "sessions.send", params: { key: session, message: `fetch https://example.org/${n}`, idempotencyKey: `ask-${n++}` } }]);
  const answer = async (method) => {
    const [{ payload }] = await daemon.calls([{ method: "acl.requests.list", params: {} }]);
    const [{ id, action, digest }] = payload.requests;
    const params = { id, digest: digest ?? action.digest, idempotencyKey: `answer-${n++}`, ...(method === "deny" ? {} : { answer: "approve_once" }) };
    const [done] = await daemon.calls([{ method: `acl.requests.${method}`, params }]);
    assert.equal(done.ok, true, JSON.stringify(done));
    return id;
  };

  await tests.test("notices are asked for by a click in Settings, and by nothing else", async () => {
    await page.goto(`${daemon.base}/settings`);
    await settled(page);
    await is("off");
    assert.equal(await page.evaluate(() => globalThis.nAsked), 0);
    await assertAccessible(page);
    await page.setViewportSize(NARROW);
    await assertFits(page);
    await picture(page, "notify-360");
    await page.setViewportSize({ width: 1280, height: 800 });
    await card.getByRole("button", { name: "Turn on" }).click();
    await is("on");
    assert.equal(await page.evaluate(() => globalThis.nAsked), 1);
    await page.reload();
    await is("on");
    await picture(page, "notify");
  });

  await tests.test("an approval is told while nobody looks, and taken back when it is decided elsewhere", async () => {
    await look(false);
    await ask("notice-1");
    await shown(1);
    assert.deepEqual(await bodies(), ["Nexus: main wants to fetch from the network"]);
    await answer("deny");
    await shown(0);
    await ask("notice-2");
    await shown(1);
    await look(true);
    await shown(0);
    // It was seen: nobody is told again.
    await look(false);
    await ask("notice-3");
    await shown(1);
  });

  await tests.test("pressing a notice opens its approval", async () => {
    const id = await page.evaluate(() => {
      const [notice] = globalThis.shownNotices;
      notice.onclick();
      return notice.tag.replace("nexus-", "");
    });
    await page.waitForURL((url) => url.pathname === `/approvals/${id}`);
    await page.locator(`[data-ask="${id}"]`).waitFor();
  });

  await tests.test("many become one, and who turns notices off sees none", async () => {
    for (const session of ["notice-4", "notice-5", "notice-6"]) await ask(session);
    await page.waitForFunction(() => globalThis.shownNotices[0]?.body === "4 approvals wait for you");
    assert.equal((await bodies()).length, 1);
    await page.goto(`${daemon.base}/settings`);
    await card.getByRole("button", { name: "Turn off" }).click();
    await is("off");
    await look(false);
    await ask("notice-7");
    await page.getByRole("button", { name: /^6 waiting/ }).waitFor();
    assert.deepEqual(await bodies(), []);
  });
  await assertNoViolations(page);
  await page.context().close();
}
