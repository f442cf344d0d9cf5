// A pause: one click everywhere, seen on every page, and ended by a click or by its time.
import assert from "node:assert/strict";
import { assertAccessible, assertFits, assertNoViolations, atRest, lastReply, NARROW, write } from "./harness.mjs";
import { picture, settled } from "./pages.mjs";

export async function pauseTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  const dialog = page.getByRole("dialog", { name: "Pause" });
  const bar = page.locator("[data-paused]");
  const chip = (text) => page.getByRole("status").getByText(text, { exact: true });
  const isPaused = async () => {
    const [{ payload }] = await daemon.calls([{ method: "runtime.summary", params: {} }]);
    return payload.paused?.mode ?? null;
  };

  await tests.test("a pause is asked for in the header, and every page says so until somebody resumes", async () => {
    await page.goto(`${daemon.base}/chat/paused`);
    await settled(page);
    await page.getByRole("button", { name: "Pause" }).click();
    await dialog.getByRole("radio", { name: "Pause everything now" }).waitFor();
    await assertAccessible(page);
    await picture(page, "pause-dialog");
    await dialog.getByRole("radio", { name: "Pause new work" }).check();
    await dialog.getByRole("button", { name: "Pause" }).click();
    await dialog.waitFor({ state: "detached" });
    await bar.getByText("New work is paused").waitFor();
    await bar.getByText(/since .* by you · until somebody resumes · nothing is on hold/).waitFor();
    await chip("Paused").waitFor();
    assert.equal(await isPaused(), "new_work");
    await write(page, "what time is it");
    await bar.getByText("1 request is on hold").waitFor();
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, "pause-bar");
    for (const path of ["/", "/logs", "/settings"]) {
      await page.goto(daemon.base + path);
      await bar.getByText("1 request is on hold").waitFor();
    }
    await page.goto(`${daemon.base}/chat/paused`);
    await bar.getByRole("button", { name: "Resume" }).click();
    await bar.waitFor({ state: "detached" });
    await page.getByRole("link", { name: "trace" }).waitFor();
    await atRest(page);
    assert.notEqual(await lastReply(page).innerText(), "");
    assert.equal(await chip("Paused").count(), 0);
    assert.equal(await isPaused(), null);
  });

  await tests.test("a pause by somebody else is seen without a word, and so is its end", async () => {
    const phone = await browser.page(daemon, { viewport: NARROW, theme: "dark" });
    await settled(phone);
    const params = { mode: "all", forMs: 3_600_000, idempotencyKey: "elsewhere" };
    await daemon.calls([{ method: "runtime.pause", params }]);
    const there = phone.locator("[data-paused=all]");
    await there.getByText("Everything is paused").waitFor();
    await there.getByText(/until .*\((1 h|59 m) left\)/).waitFor();
    await there.getByText("nothing is on hold").waitFor();
    await assertAccessible(phone);
    await assertFits(phone);
    await picture(phone, "pause-bar-360-dark");
    await phone.getByRole("button", { name: "Change…" }).click();
    await phone.getByRole("radio", { name: "Pause everything for a while" }).waitFor();
    assert.equal(await phone.getByRole("radio", { name: "Pause everything for a while" }).isChecked(), true);
    await assertAccessible(phone);
    await assertFits(phone);
    await picture(phone, "pause-change-360-dark");
    await phone.keyboard.press("Escape");
    for (const language of ["pseudo", "de"]) {
      await phone.evaluate((chosen) => localStorage.setItem("nexus.language", chosen), language);
      await phone.reload();
      await there.waitFor();
      await assertFits(phone);
      await phone.keyboard.press("Control+.");
      await phone.getByRole("radio").nth(2).waitFor();
      await assertFits(phone);
      await picture(phone, `pause-change-360-${language}`);
      await phone.keyboard.press("Escape");
    }
    await picture(phone, "pause-bar-360-de");
    await daemon.calls([{ method: "runtime.resume", params: { idempotencyKey: "resumed" } }]);
    await there.waitFor({ state: "detached" });
    await bar.waitFor({ state: "detached" });
    await assertNoViolations(phone);
    await phone.context().close();
  });

  await tests.test("Ctrl and a point ask for a pause, also while somebody writes", async () => {
    await page.locator("[data-composer]").focus();
    await page.keyboard.press("Control+.");
    await dialog.getByRole("radio", { name: "Pause everything now" }).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await isPaused(), null, "the question was not answered");
    await page.keyboard.press("Control+.");
    await dialog.getByRole("radio", { name: "Pause everything now" }).waitFor();
    await page.waitForFunction(() => document.activeElement?.matches("input[type=radio]:checked"));
    await page.keyboard.press("Enter");
    await bar.getByText("Everything is paused").waitFor();
    assert.equal(await isPaused(), "all");
  });

  await tests.test("a pause outlives the daemon, and is ended from the palette", async () => {
    await daemon.kill();
    await daemon.run();
    await chip("Paused").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "What do you look for?" }).fill(">end the");
    await page.getByRole("option", { name: /End the pause/ }).waitFor();
    await page.keyboard.press("Enter");
    await bar.waitFor({ state: "detached" });
    assert.equal(await isPaused(), null);
  });
  await assertNoViolations(page);
  await page.context().close();
}
