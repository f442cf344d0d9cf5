// The filter of a page is part of its address: back, a reload and a link that is handed on keep it.
import assert from "node:assert/strict";
import { assertAccessible, assertFits, assertNoViolations, atRest, NARROW, write } from "./harness.mjs";
import { picture, settled } from "./pages.mjs";

const PAGES = ["/", "/activity", "/activity/requests", "/approvals/decided", "/sessions", "/deliveries", "/models", "/logs", "/settings"];
const TABS = ["people", "grants", "policies"].map((tab) => `/access/${tab}`);

export async function filterTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  await settled(page);
  const field = () => page.locator("[data-filter]").first();
  const searched = (search) => page.waitForURL((url) => url.search === search);

  await page.goto(`${daemon.base}/chat/filters`);
  await write(page, "what time is it");
  await page.getByRole("link", { name: "trace" }).waitFor();
  await atRest(page);
  for (const path of [...PAGES, ...TABS]) {
    await tests.test(`the filter of ${path} stands in its address and is kept over a reload`, async () => {
      await page.goto(daemon.base + path);
      await settled(page);
      await field().pressSequentially("a&b %x");
      assert.equal(await field().inputValue(), "a&b %x");
      await searched("?q=a%26b+%25x");
      await page.reload();
      await field().waitFor();
      assert.equal(await field().inputValue(), "a&b %x");
      await field().fill("");
      await searched("");
    });
  }

  await tests.test("going back brings the filter back, and a link that is handed on has it", async () => {
    await page.goto(`${daemon.base}/activity/requests?q=time&status=completed`);
    const row = page.getByRole("link", { name: /what time is it/ });
    await row.waitFor();
    assert.equal(await field().inputValue(), "time");
    assert.equal(await page.getByRole("combobox", { name: "Which requests" }).inputValue(), "completed");
    await field().press("End");
    await field().pressSequentially(" is");
    await row.click();
    await page.getByRole("heading", { level: 1, name: /what time is it/ }).waitFor();
    await page.goBack();
    await row.waitFor();
    await searched("?q=time+is&status=completed");
    assert.equal(await field().inputValue(), "time is");
    // The place in the navigation is still the open one, and goes to the page as it usually is.
    await page.getByRole("link", { name: "Activity", exact: true }).click();
    await searched("");
    await page.goto(`${daemon.base}/activity/requests?status=nonsense&q=zzz`);
    await page.getByText("Nothing matches “zzz”").waitFor();
    assert.equal(await page.getByRole("combobox", { name: "Which requests" }).inputValue(), "all");
  });

  await tests.test("the audit keeps what was asked, and shows it again when somebody goes back", async () => {
    await page.goto(`${daemon.base}/access/audit`);
    const list = page.getByLabel("Decisions");
    await list.getByRole("button").first().waitFor();
    await page.getByRole("textbox", { name: /^Who, such as/ }).fill("nobody:at-all");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByText("No decision matches").waitFor();
    await searched("?principal=nobody%3Aat-all");
    await page.reload();
    await page.getByText("No decision matches").waitFor();
    assert.equal(await page.getByRole("textbox", { name: /^Who, such as/ }).inputValue(), "nobody:at-all");
  });

  await tests.test("a request leads to its lines in the log and to what was decided for it", async () => {
    await page.goto(`${daemon.base}/activity/requests?q=time`);
    await page.getByRole("link", { name: /what time is it/ }).click();
    await page.getByRole("link", { name: "In the log" }).waitFor();
    const id = new URL(page.url()).pathname.split("/").at(-1);
    await assertAccessible(page);
    await picture(page, "request-links");
    await page.setViewportSize(NARROW);
    await assertFits(page);
    await picture(page, "request-links-360");
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole("link", { name: "In the log" }).click();
    await page.getByText("a request ends").first().waitFor();
    await searched(`?q=${id}`);
    await page.goBack();
    await page.getByRole("link", { name: "In the audit" }).click();
    await page.getByText("Only what was decided for the request").waitFor();
    const rows = page.getByLabel("Decisions").getByRole("button");
    await rows.filter({ hasText: "agent.run main" }).first().waitFor();
    assert.equal(await rows.filter({ hasText: "runtime." }).count(), 0);
    await assertAccessible(page);
    await page.getByRole("button", { name: "Show everything" }).click();
    await searched("");
  });
  await assertNoViolations(page);
  await page.context().close();
}
