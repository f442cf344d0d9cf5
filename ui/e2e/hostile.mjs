// Text that would like to be more than text, wherever a page shows what came from outside.
import assert from "node:assert/strict";
import { assertFits, assertNoViolations, atRest, NARROW, write } from "./harness.mjs";
import { settled } from "./pages.mjs";

const EVIL = [
  "<img src=x onerror=globalThis.hit=1>",
  "<svg onload=globalThis.hit=1><style>*{display:none}</style>",
  "[x](javascript:globalThis.hit=1) ![p](https://evil.example/p.png)",
  "\u202Ecod.exe \u200Bzero\u200Dwidth \u2066isolated",
  "{{constructor.constructor('globalThis.hit=1')()}} ${globalThis.hit=1}",
  "a".repeat(3_000),
];

export async function hostileTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  const fetched = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(daemon.base) && !request.url().startsWith("data:")) fetched.push(request.url());
  });
  let n = 0;
  const call = async (method, params) => {
    const [answer] = await daemon.calls([{ method, params: { idempotencyKey: `evil-${n++}`, ...params } }]);
    assert.equal(answer.ok, true, JSON.stringify(answer));
  };

  await tests.test("hostile text is recorded wherever a page shows text", async () => {
    for (const text of EVIL) {
      await call("sessions.send", { key: "evil", message: text });
      await call("keys.create", { label: text.slice(0, 60), scopes: ["session.read"] });
      await call("presence.note", { text: text.slice(0, 100), host: text.slice(0, 40) });
    }
    await call("sessions.patch", { key: "evil", title: EVIL[0] });
    await page.goto(`${daemon.base}/chat/evil-tool`);
    await write(page, `write evil.txt: ${EVIL[0]} ${EVIL[2]} then read evil.txt`);
    await atRest(page);
    await write(page, `fetch https://evil.example/${"%2e".repeat(20)}/<script>`);
    await page.locator("[data-ask]").waitFor();
  });

  const pages = ["/", "/chat/evil", "/chat/evil-tool", "/approvals", "/activity", "/activity/requests", "/sessions"];
  for (const path of [...pages, "/access/keys", "/access/audit", "/access/people", "/diagnostics", "/logs"]) {
    await tests.test(`${path} shows hostile text as text`, async () => {
      for (const viewport of [{ width: 1280, height: 800 }, NARROW]) {
        await page.setViewportSize(viewport);
        await page.goto(daemon.base + path);
        await settled(page);
        assert.equal(await page.evaluate(() => globalThis.hit), undefined);
        assert.equal(await page.locator("main img, main iframe, main script, main style").count(), 0);
        // What cannot be seen, or turns what is around it, is named. A message is shown as it was written.
        const text = await page.locator("main").innerText();
        if (!path.startsWith("/chat/")) assert.doesNotMatch(text, /[\u200B\u200D\u202E\u2066]/);
        await assertFits(page);
        await assertNoViolations(page);
      }
    });
  }

  await tests.test("nothing was fetched from anywhere else", async () => assert.deepEqual(fetched, []));
  await page.context().close();
}
