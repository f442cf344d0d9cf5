// The page where a browser gives the password: shown to strangers, worked by keyboard alone.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { assertAccessible, assertFits, assertNoViolations, NARROW, WIDE } from "./harness.mjs";

const PASSWORD = "correct horse & battery";

export async function passwordTests(tests, browser, daemon) {
  await tests.test("without a password a stranger is told how to come in", async () => {
    const page = await browser.page(daemon, { signIn: false });
    await page.goto(`${daemon.base}/login`);
    await page.getByText("There is no password").waitFor();
    assert.equal(await page.locator("form").count(), 0);
    await assertAccessible(page);
    await page.context().close();
  });

  const params = { password: PASSWORD, idempotencyKey: "password" };
  const [set] = await daemon.calls([{ method: "login.password", params }]);
  assert.equal(set.ok, true, JSON.stringify(set));

  for (const theme of ["light", "dark"]) {
    await tests.test(`a browser signs in with the password, in ${theme}, by keyboard`, async () => {
      const page = await browser.page(daemon, { signIn: false, theme, viewport: theme === "light" ? WIDE : NARROW });
      await page.goto(`${daemon.base}/chat/main`);
      assert.equal(new URL(page.url()).pathname, "/login");
      const field = page.getByLabel("Password");
      await field.waitFor();
      assert.equal(await field.evaluate((input) => input === document.activeElement), true, "it waits in the field");
      await assertAccessible(page);
      await assertFits(page);
      await picture(page, `password-${theme}.png`);

      await page.keyboard.type("not this one");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("That is not the password").waitFor();
      assert.match(await page.title(), /^Not signed in/);
      const described = await field.evaluate((input) => document.getElementById(input.getAttribute("aria-describedby")).innerText);
      assert.match(described, /not the password/);
      assert.equal(await field.evaluate((input) => input === document.activeElement), true, "and waits there again");
      assert.equal(await field.inputValue(), "");
      await assertAccessible(page);
      await assertFits(page);
      await assertNoViolations(page);
      await picture(page, `password-wrong-${theme}.png`);

      await page.keyboard.type(PASSWORD);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.waitForURL(`${daemon.base}/`);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      assert.equal(await page.getByText("not signed in").count(), 0);
      assert.equal(await page.evaluate(() => document.cookie), "", "no script reads the session");
      await page.context().close();
    });
  }
}

async function picture(page, name) {
  if (!process.env.NEXUS_SCREENSHOTS) return;
  await mkdir(process.env.NEXUS_SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.NEXUS_SCREENSHOTS, name) });
}
