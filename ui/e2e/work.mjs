// What a person does on the pages, on a daemon with an adapter and a stranger who writes.
import assert from "node:assert/strict";
import { Device } from "./device.mjs";
import { assertAccessible, assertFits, atRest, NARROW, write } from "./harness.mjs";
import { picture, settled } from "./pages.mjs";

export async function workTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  const open = async (path) => {
    await page.goto(daemon.base + path);
    await settled(page);
  };
  const done = (text) => page.getByRole("status").getByText(text).waitFor();

  await tests.test("what is dangerous takes a second key, within three keys from anywhere", async () => {
    await open("/chat/main");
    await write(page, "write a.txt: one");
    await atRest(page);
    await write(page, "delete a.txt");
    const card = page.locator("[data-ask]");
    await card.waitFor();
    await open("/usage");
    await page.keyboard.press("!");
    await card.first().waitFor();
    await page.waitForURL(/\/approvals\//);
    await page.waitForTimeout(700);
    await card.first().getByText("It deletes a file.").waitFor();
    await picture(page, "approval-dangerous");
    await page.keyboard.press("a");
    await page.getByRole("button", { name: /Yes, allow it/ }).waitFor();
    assert.equal(await card.count(), 1, "one key does not do it");
    await assertAccessible(page);
    await picture(page, "approval-armed");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /Allow once/ }).waitFor();
    await page.keyboard.press("a");
    await page.keyboard.press("Enter");
    await page.getByText(/You allowed this once/).waitFor();
  });

  await tests.test("the inbox shows all that wait, and what was decided", async () => {
    await open("/chat/main");
    await write(page, "fetch https://example.org/one");
    await page.locator("[data-ask]").waitFor();
    await open("/approvals");
    const rows = page.getByRole("list", { name: "What waits" }).getByRole("link");
    await rows.first().waitFor();
    // The stranger of the adapter stands last.
    assert.match(await rows.last().innerText(), /Somebody unknown/);
    await rows.last().click();
    await page.locator("[data-ask]").getByText("The sender is told nothing").waitFor();
    await picture(page, "approvals-wide");
    await page.setViewportSize(NARROW);
    await assertFits(page);
    await picture(page, "approvals-narrow");
    await page.setViewportSize({ width: 1280, height: 800 });
    await rows.first().click();
    await page.waitForTimeout(700);
    await page.locator("[data-ask]").focus();
    await page.keyboard.press("d");
    await open("/approvals/decided");
    const one = page.getByText("GET https://example.org/one", { exact: true });
    await one.first().waitFor();
    await page.getByLabel("Which decisions").selectOption("approved");
    await one.first().waitFor({ state: "detached" });
    await page.getByText("a.txt").first().waitFor();
  });

  await tests.test("a stranger becomes a known person, and is forgotten again", async () => {
    await open("/access/people");
    const row = page.locator('[data-contact="echo:carla-1"]');
    await row.getByText(/▲unknown$/).waitFor();
    await row.getByRole("link", { name: "Waits for your word" }).waitFor();
    await row.getByRole("button", { name: "Say who it is" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Carla");
    await assertAccessible(page);
    await page.getByRole("button", { name: "Save" }).click();
    await done(/Saved/);
    await row.getByText("Carla", { exact: true }).waitFor();
    await row.getByText(/●known$/).waitFor();
    await row.getByRole("button", { name: "Forget" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Forget" }).click();
    await row.getByText(/▲unknown$/).waitFor();
  });

  await tests.test("a key is shown once, opens what it may, and nothing after it was taken back", async () => {
    await open("/access/keys");
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.getByLabel(/What is it for/).fill("backup script");
    await assertAccessible(page);
    await page.getByRole("dialog").getByRole("button", { name: "Make a key" }).click();
    const value = await page.locator("[data-secret]").innerText();
    assert.match(value, /^nxk_/);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("[data-secret]").count(), 1, "Escape does not lose it");
    await assertAccessible(page);
    const knock = async () => (await fetch(`${daemon.base}/rpc`, {
      method: "POST",
      headers: { authorization: `Bearer ${value}`, "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "health", params: {} }),
    })).status;
    assert.equal(await knock(), 200);
    await page.getByRole("button", { name: "I have copied it" }).click();
    assert.equal(await page.locator("[data-secret]").count(), 0);
    assert.ok(!(await page.content()).includes(value), "it is nowhere on the page any more");
    await page.getByText("backup script").first().waitFor();
    await picture(page, "keys-list");
    await page.getByRole("button", { name: "Take back backup script" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
    await done(/opens nothing any more/);
    assert.equal(await knock(), 401);
  });

  await tests.test("a ticket pairs a device, shown as a QR code", async () => {
    await open("/access/devices");
    await page.getByRole("button", { name: "Pair a device" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Pair a device" }).click();
    await page.getByRole("img", { name: /QR code/ }).waitFor();
    const link = await page.getByText(/^nexus:\/\/pair\?at=http/).innerText();
    await assertAccessible(page);
    await picture(page, "pair");
    await page.getByRole("button", { name: "Close" }).click();
    const ticket = /ticket=(.+)$/.exec(link)[1];
    assert.equal((await new Device().hello(daemon, ticket)).type, "hello-ok");
    await page.getByRole("list", { name: "Paired" }).getByText("test-phone").first().waitFor();
  });

  await tests.test("a device that asks shows its code on both sides, is paired, renamed and cut off", async () => {
    await open("/access/devices");
    const device = new Device();
    const refused = await device.hello(daemon);
    const code = /\d{6}/.exec(JSON.stringify(refused))[0];
    const asks = page.locator(`[data-pending="${code}"]`);
    await asks.waitFor();
    await assertAccessible(page);
    await picture(page, "device-asks");
    await asks.getByRole("button", { name: "Pair" }).click();
    const row = page.locator(`[data-device="${device.id}"]`);
    await row.waitFor();
    assert.equal((await device.hello(daemon)).type, "hello-ok");
    await row.getByRole("button", { name: /^Rename/ }).click();
    await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("Pixel 9");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await row.getByText("Pixel 9").first().waitFor();
    await row.getByRole("button", { name: /^Take back/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
    await row.waitFor({ state: "detached" });
    assert.notEqual((await device.hello(daemon)).type, "hello-ok");
    const stranger = new Device();
    const turned = /\d{6}/.exec(JSON.stringify(await stranger.hello(daemon)))[0];
    await page.locator(`[data-pending="${turned}"]`).getByRole("button", { name: "Turn away" }).click();
    await page.locator(`[data-pending="${turned}"]`).waitFor({ state: "detached" });
  });

  await tests.test("why, and who may", async () => {
    await open("/access/check");
    await page.getByLabel("What", { exact: true }).fill("http_fetch");
    await page.getByRole("button", { name: "Why?" }).click();
    await page.locator('[data-verdict="ask"]').getByText("owner-network").first().waitFor();
    await picture(page, "why");
    await assertAccessible(page);
    await page.getByRole("button", { name: "Who may?" }).click();
    await page.getByText("unknown:anybody").waitFor();
    await assertAccessible(page);
  });

  await tests.test("the audit is read, filtered and verified", async () => {
    await open("/access/audit");
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByRole("status").getByText(/Whole: \d+ rows/).waitFor();
    await page.getByLabel("Action, such as use_tool").fill("create_key");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /create_key/ }).first().click();
    await page.getByRole("dialog").getByText("Hash").waitFor();
    await assertAccessible(page);
    await page.keyboard.press("Escape");
  });

  await tests.test("an adapter is stopped and started, and its state follows by itself", async () => {
    await open("/adapters");
    const row = page.locator('[data-adapter="echo"]');
    await row.getByText("running").waitFor();
    await row.getByRole("button", { name: /^Stop/ }).click();
    await row.getByText("stopped").waitFor();
    await row.getByRole("button", { name: /^Start/ }).click();
    await row.getByText("running").waitFor();
    await row.getByRole("link", { name: "echo" }).click();
    await page.getByRole("button", { name: "Check now" }).click();
    await page.getByRole("status").getByText(/reaches the outside/).waitFor();
    await picture(page, "adapter");
  });

  await tests.test("events come in while the page is open, earlier ones are there, and a filter finds", async () => {
    await open("/activity");
    // The list stands at its end; what came earlier is found.
    await page.getByLabel(/^Filter/).fill("type:permission.requested");
    await page.getByText("permission.requested").first().waitFor();
    await page.getByLabel(/^Filter/).fill("");
    const [sent] = await daemon.calls([{ method: "sessions.send", params: { key: "side", message: "hello from the side", idempotencyKey: "side-1" } }]);
    assert.equal(sent.ok, true);
    await page.getByText(/hello from the side/).first().waitFor();
    await picture(page, "activity");
    await page.getByLabel(/^Filter/).fill("type:permission.requested");
    await page.waitForTimeout(200);
    assert.equal(await page.getByText("message.recorded").count(), 0);
    await page.getByRole("button", { name: /permission\.requested/ }).first().click();
    await page.getByRole("dialog").getByRole("link", { name: /trace/ }).click();
    await page.waitForURL(/\/r\//);
  });

  await tests.test("a setting is changed, told where it comes from, and set back", async () => {
    await open("/settings");
    const row = page.locator('[data-config="acl.answer_ms"]');
    await row.getByRole("button", { name: /Change/ }).click();
    await page.getByLabel("Value", { exact: true }).fill("5");
    await page.getByLabel("Value", { exact: true }).evaluate((input) => input.removeAttribute("min"));
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByRole("dialog").getByRole("alert").waitFor();
    await page.getByLabel("Value", { exact: true }).fill("700000");
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("acl.answer_ms: 600000 → 700000").waitFor();
    await assertAccessible(page);
    await picture(page, "setting");
    await page.getByRole("button", { name: "Apply" }).click();
    await row.getByText("nexus.toml").waitFor();
    await row.getByText("700000").waitFor();
    await row.getByRole("button", { name: /Change/ }).click();
    await page.getByRole("button", { name: "Back to the default" }).click();
    await row.getByText("600000").waitFor();
  });

  await tests.test("an agent is made beneath another, and removed", async () => {
    await open("/agents");
    await page.getByRole("button", { name: "Make an agent" }).click();
    await page.getByLabel("Name", { exact: true }).fill("scout");
    await page.getByLabel("Beneath which agent").first().selectOption("main");
    await assertAccessible(page);
    await page.getByRole("button", { name: "Make it" }).click();
    await page.waitForURL(/\/agents\/scout$/);
    await page.getByRole("link", { name: "main" }).waitFor();
    await settled(page);
    await picture(page, "agent");
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.waitForURL(/\/agents$/);
    await page.locator('[data-agent="scout"]').waitFor({ state: "detached" });
  });

  await tests.test("a session is renamed, copied and deleted", async () => {
    await open("/sessions");
    const row = page.locator('[data-session="side"]');
    await row.locator("summary").click();
    await row.getByRole("button", { name: "Rename" }).click();
    await page.getByLabel("Title", { exact: true }).fill("On the side");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await row.getByRole("link", { name: "On the side" }).waitFor();
    await picture(page, "sessions");
    await row.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
  });

  await page.context().close();
}

/** An adapter that dies in the middle of each delivery, and does not promise that repeating is safe. */
export function unknownToml(binDir) {
  return `[models]
discover = false

[adapters.echo]
command = ["${binDir}/nexus-adapter-echo"]
account = "main"

[adapters.echo.settings]
crash_after = 0
repeats = true
events = [{ content = "hello", event_id = "knock", sender_id = "carla-1" }, { content = "hello again", event_id = "again", sender_id = "carla-1" }]
`;
}

export async function deliveryTests(tests, browser, daemon) {
  const page = await browser.page(daemon);

  await tests.test("what nobody knows the end of is shown, sent once more or settled", async () => {
    await page.locator("[data-ask]").first().waitFor();
    await page.waitForTimeout(700);
    await page.locator("[data-ask]").first().focus();
    await page.keyboard.press("g");
    await page.getByRole("menuitem", { name: /becomes a person you know/ }).click();
    await page.goto(`${daemon.base}/deliveries`);
    await page.getByText(/deliver(y has|ies have) an unknown end/).waitFor({ timeout: 30_000 });
    const row = page.locator("[data-delivery]").filter({ hasText: "unknown" }).first();
    await row.getByRole("button", { name: "Settle" }).waitFor();
    await assertAccessible(page);
    await picture(page, "delivery-unknown");
    await row.getByRole("button", { name: "Send once more" }).click();
    await page.getByRole("dialog").getByText("it arrives twice").waitFor();
    await assertAccessible(page);
    await page.getByRole("dialog").getByRole("button", { name: "Send once more" }).click();
    await page.getByRole("status").getByText("It is sent once more").waitFor();
    // The adapter dies again, so it is unknown again.
    const settle = page.getByRole("button", { name: "Settle" });
    await settle.first().waitFor({ timeout: 30_000 });
    await settle.first().click();
    await page.locator("[data-delivery]").filter({ hasText: "taken back" }).first().waitFor();
  });
  await page.context().close();
}
