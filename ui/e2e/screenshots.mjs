// Pictures for the documentation, of a real daemon after a real conversation.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { atRest, write } from "./harness.mjs";

export async function screenshots(browser, daemon, folder) {
  await mkdir(folder, { recursive: true });
  // Tall enough to show a whole exchange.
  const page = await browser.page(daemon, { viewport: { width: 1280, height: 960 } });
  await page.goto(`${daemon.base}/chat/main`);
  const steps = [
    "What can you do?",
    "write shopping.txt: milk, bread and a birthday card",
    "replace bread with rye bread in shopping.txt then read shopping.txt",
  ];
  for (const text of steps) {
    await write(page, text);
    await page.waitForTimeout(300);
    await atRest(page);
  }
  await write(page, "fetch https://example.org/opening-hours");
  await page.locator("[data-ask]").waitFor();
  await page.locator("[data-tool=edit_file] summary").click();
  await page.waitForTimeout(700);
  await page.getByRole("log").evaluate((log) => (log.scrollTop = log.scrollHeight));
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(folder, "chat.png") });
  await page.goto(daemon.base);
  await page.locator("[data-ask]").waitFor();
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(folder, "home.png") });
  await page.context().close();
}
