// The key of a browser: kept over a reload and by every tab, never readable, and without it the
// cookie opens nothing.
import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { assertNoViolations } from "./harness.mjs";

const online = (page) => page.getByRole("heading", { level: 1 }).first().waitFor();

/** What a thief of the cookie is told at the socket. */
function refusal(daemon, cookie) {
  const headers = { cookie, origin: daemon.base };
  const socket = new WebSocket(`${daemon.base.replace("http", "ws")}/ws`, { headers });
  const client = { name: "thief", version: "0", platform: "test", mode: "test" };
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello", minProtocol: 1, maxProtocol: 1, client })));
    socket.on("message", (data) => {
      const frame = JSON.parse(data);
      if (frame.type !== "event") resolve(frame);
    });
  });
}

export async function keyTests(tests, browser, daemon) {
  await tests.test("a browser keeps its key over a reload and in every tab, and a copied cookie opens nothing", async () => {
    const page = await browser.page(daemon);
    await online(page);
    await page.reload();
    await online(page);
    const tab = await page.context().newPage();
    await tab.goto(daemon.base);
    await online(tab);
    assert.equal(await tab.getByText("not signed in").count(), 0);
    const isReadable = await page.evaluate(async () => {
      const database = await new Promise((resolve) => {
        const request = indexedDB.open("nexus");
        request.onsuccess = () => resolve(request.result);
      });
      const request = database.transaction("keys").objectStore("keys").get("session");
      const { privateKey } = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const taken = await crypto.subtle.exportKey("jwk", privateKey).then(() => true, () => false);
      return taken || privateKey.extractable;
    });
    assert.equal(isReadable, false);
    await assertNoViolations(page);

    const [{ name, value }] = await page.context().cookies();
    const refused = await refusal(daemon, `${name}=${value}`);
    assert.equal(refused.type, "hello-error");
    assert.match(refused.reason, /^BROWSER_AUTH_MISSING/);

    const [listed] = await daemon.calls([{ method: "login.browsers", params: {} }]);
    const mine = listed.payload.browsers.find((each) => each.boundAt !== undefined);
    const params = { browser: mine.id, idempotencyKey: "end" };
    const [ended] = await daemon.calls([{ method: "login.end", params }]);
    assert.equal(ended.ok, true, JSON.stringify(ended));
    await page.getByText("not signed in").first().waitFor();
    await page.context().close();
  });
}
