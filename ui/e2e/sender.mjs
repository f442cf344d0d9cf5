// A stranger writes through an adapter: what the person sees, and what each answer means.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { assertAccessible, assertFits, NARROW } from "./harness.mjs";

// Text that would turn the line around it, and a tag that would be one if anybody took it for one.
const SAID = "Hello, it is Carla. \u202Ecod.exe <img src=x onerror=globalThis.hit=1>";

/** The configuration of a daemon to whom a stranger writes. */
export function senderToml(binDir) {
  return `[models]
discover = false

[adapters.echo]
command = ["${binDir}/nexus-adapter-echo"]
account = "main"

[adapters.echo.settings]
events = [{ content = "${SAID}", event_id = "knock", sender_id = "carla-1" }]
`;
}

export async function senderTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  const card = page.locator("[data-ask]");

  await tests.test("a stranger is shown as one, and cannot pose as anything else", async () => {
    await card.getByRole("heading", { name: "Somebody unknown writes to main" }).waitFor();
    await card.getByText("echo:carla-1", { exact: true }).waitFor();
    await card.getByText("The sender is told nothing").waitFor();
    assert.equal(await card.locator("img").count(), 0);
    assert.equal(await page.evaluate(() => globalThis.hit), undefined);
    // The character that turns a line around is shown as what it is.
    assert.ok(!(await card.innerText()).includes("\u202E"));
    await assertAccessible(page);
    if (process.env.NEXUS_SCREENSHOTS) await picture(page, "sender.png");
    await page.setViewportSize(NARROW);
    await assertFits(page);
    if (process.env.NEXUS_SCREENSHOTS) await picture(page, "sender-narrow.png");
  });

  await tests.test("letting a stranger in for good makes a known person", async () => {
    await page.waitForTimeout(600);
    await card.focus();
    await page.keyboard.press("g");
    const choice = page.getByRole("menuitem", { name: /becomes a person you know/ });
    await choice.waitFor();
    if (process.env.NEXUS_SCREENSHOTS) await picture(page, "sender-menu.png");
    await choice.click();
    await card.waitFor({ state: "detached" });
    await page.getByRole("heading", { level: 1, name: /Nothing needs you/ }).waitFor();
  });
  await page.context().close();
}

async function picture(page, name) {
  await mkdir(process.env.NEXUS_SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.NEXUS_SCREENSHOTS, name), fullPage: true });
}
