// What is about to go out and can still be taken back.
import assert from "node:assert/strict";
import { assertAccessible, assertFits, assertNoViolations } from "./harness.mjs";
import { picture } from "./pages.mjs";

/** An adapter whose messages go out an hour after they were decided. */
export function heldToml(binDir) {
  return `[models]
discover = false

[outbox.hold_ms]
echo = 3600000

[adapters.echo]
command = ["${binDir}/nexus-adapter-echo"]
account = "main"

[adapters.echo.settings]
events = [{ content = "hello", event_id = "knock", sender_id = "carla-1" }]
`;
}

export async function heldTests(tests, browser, daemon) {
  const page = await browser.page(daemon);

  await tests.test("a message that is held is shown with its time, and undone", async () => {
    const card = page.locator("[data-ask]").first();
    await card.waitFor();
    await page.waitForTimeout(700);
    await card.focus();
    await page.keyboard.press("a");
    const held = page.locator("[data-held]");
    await held.waitFor({ timeout: 30_000 });
    await held.getByText(/goes out in (59|60|1)/).waitFor();
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, "held");
    await held.getByRole("button", { name: "Undo" }).click();
    await held.waitFor({ state: "detached" });
    await page.goto(`${daemon.base}/deliveries`);
    await page.locator("[data-delivery]").filter({ hasText: "taken back" }).waitFor();
    assert.equal(await page.locator("[data-held]").count(), 0);
  });
  await assertNoViolations(page);
  await page.context().close();
}
