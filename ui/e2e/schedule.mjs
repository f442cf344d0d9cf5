// Schedule: a job made in words, looked at before it is made, run, paused, changed and removed; a
// heartbeat; many jobs; without contact.
import assert from "node:assert/strict";
import { assertAccessible, assertFits, assertNoViolations, NARROW, WIDE } from "./harness.mjs";
import { picture, settled } from "./pages.mjs";

export async function scheduleTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  const dialog = page.getByRole("dialog");
  const both = async (name) => {
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, name);
    await page.setViewportSize(NARROW);
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, `${name}-360`);
    await page.setViewportSize(WIDE);
  };

  await tests.test("a job is made in words, and what it would do is seen before", async () => {
    await page.goto(`${daemon.base}/schedule`);
    await settled(page);
    await page.getByText("Nothing is scheduled").waitFor();
    await page.getByRole("button", { name: "Schedule a job" }).click();
    await dialog.getByLabel("Name").fill("morning");
    await dialog.getByLabel("When", { exact: true }).selectOption("weekdays");
    await dialog.getByLabel("Time of day").fill("08:30");
    await dialog.getByLabel("Time zone").fill("Europe/Berlin");
    await dialog.getByText("As cron: 30 8 * * 1-5").waitFor();
    await dialog.getByLabel("What the agent is told").fill("What is on today?");
    await dialog.getByRole("button", { name: "What would it do?" }).click();
    await dialog.locator('[data-foreseen="start"] .chip', { hasText: "runs" }).waitFor();
    await dialog.locator('[data-foreseen="http_fetch"]').getByText("asks you").waitFor();
    await both("schedule-form");
    await dialog.getByRole("button", { name: "Schedule", exact: true }).click();
    await page.waitForURL(/\/schedule\/.+/);
    await page.getByRole("heading", { level: 1, name: "morning" }).waitFor();
    await page.getByText("Monday to Friday at 08:30 (Europe/Berlin)").waitFor();
    await page.getByText("It has not been due yet.").waitFor();
  });

  await tests.test("what is wrong with a time is said beside the button", async () => {
    await page.getByRole("button", { name: "Change" }).click();
    await dialog.getByLabel("When", { exact: true }).selectOption("cron");
    await dialog.getByLabel("Cron expression").fill("61 * * * *");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("is no cron expression").first().waitFor();
    await dialog.getByLabel("Cron expression").fill("*/10 9-17 * * 1-5");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("*/10 9-17 * * 1-5 (Europe/Berlin)").waitFor();
  });

  await tests.test("a job runs now, and its history leads to the request", async () => {
    const address = page.url();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.waitForURL(/\/r\/.+/);
    await page.goto(address);
    const run = page.locator('[data-run="completed"]');
    await run.waitFor();
    await run.getByText("by hand").waitFor();
    await both("schedule-job");
    await run.getByRole("link").click();
    await page.waitForURL(/\/r\/.+/);
    await page.goto(address);
  });

  await tests.test("a job rests, goes on and is removed", async () => {
    await page.getByRole("button", { name: "Pause the job" }).click();
    await page.getByRole("button", { name: "Resume the job" }).waitFor();
    await page.locator(".chip", { hasText: "paused" }).first().waitFor();
    await page.getByRole("button", { name: "Resume the job" }).click();
    await page.getByRole("button", { name: "Pause the job" }).waitFor();
    await page.getByRole("button", { name: "Remove" }).click();
    await dialog.getByText("are forgotten").waitFor();
    await assertAccessible(page);
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.waitForURL(/\/schedule$/);
    await page.getByText("Nothing is scheduled").waitFor();
  });

  await tests.test("a heartbeat is given, and many jobs are a list that is filtered and a picture of the day", async () => {
    await page.getByRole("button", { name: "Give a heartbeat" }).click();
    await both("schedule-heartbeat");
    await dialog.getByRole("button", { name: "Schedule", exact: true }).click();
    await page.waitForURL(/\/schedule\/.+/);
    await page.getByText("every 30 minutes").first().waitFor();
    const calls = Array.from({ length: 60 }, (_, n) => {
      const when = { kind: "every", value: { ms: (n + 1) * 3_600_000 } };
      const job = { name: `job ${n} with a name that is long enough to be cut somewhere`, agent_id: "main", prompt: "x", when };
      return { method: "schedule.create", params: { job, idempotencyKey: `many ${n}` } };
    });
    for (const answer of await daemon.calls(calls)) assert.equal(answer.ok, true, JSON.stringify(answer.error));
    await page.goto(`${daemon.base}/schedule`);
    await settled(page);
    await page.getByRole("img", { name: /are due within 24 hours/ }).waitFor();
    assert.equal(await page.locator("[data-job]").count(), 61);
    // Those every hour to every day, and the heartbeat; twelve of them are drawn.
    await page.getByText(/^1\d more are due/).waitFor();
    await both("schedule-many");
    await page.getByLabel("Filter jobs").fill("job 59");
    await page.waitForFunction(() => document.querySelectorAll("[data-job]").length === 1);
  });

  await tests.test("without contact the jobs stay, and nothing can be changed", async () => {
    await page.goto(`${daemon.base}/schedule`);
    await settled(page);
    await daemon.kill();
    await page.getByRole("status").getByText(/Reconnecting|Offline/).waitFor({ timeout: 8_000 });
    await page.getByText(/^As of/).waitFor();
    assert.equal(await page.getByRole("button", { name: "Schedule a job" }).isDisabled(), true);
    await assertAccessible(page);
    await daemon.run();
    await page.waitForFunction(() => !document.querySelector("main .btn-primary")?.disabled);
  });
  await assertNoViolations(page);
  await page.context().close();
}
