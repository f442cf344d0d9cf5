// What Home says after the machine has slept. No test sends a machine to sleep: the daemon's answer
// is given the facts of one.
import { assertAccessible, assertFits, assertNoViolations, NARROW } from "./harness.mjs";
import { tellable } from "./feed.mjs";
import { picture, settled } from "./pages.mjs";

export async function asleepTests(tests, browser, daemon) {
  const page = await browser.page(daemon, { viewport: NARROW });
  await tellable(page);
  await page.addInitScript(() => {
    globalThis.power = { awake_since: Date.now() - 60_000, slept_ms: 25_920_000, n_sleeps: 1, back_ms: null };
    globalThis.nAdapters = 0;
    globalThis.alter = (frame) => {
      const health = frame.payload?.health;
      if (!health?.checks) return frame;
      const adapters = { ...health.adapters, total: globalThis.nAdapters };
      return { ...frame, payload: { ...frame.payload, health: { ...health, adapters, power: globalThis.power } } };
    };
  });

  await tests.test("Home tells how long the machine slept and what became of it, as soon as it is known", async () => {
    await page.goto(daemon.base);
    await settled(page);
    await page.getByText(/^Slept 7 h 12 m until [^;]+\.$/).waitFor();
    await page.evaluate(() => {
      globalThis.nAdapters = 2;
      globalThis.told.tell("power.woke", { noticed: "clock", slept_ms: 25_920_000 });
    });
    await page.getByText(/^Slept 7 h 12 m .*; not every adapter is back yet\.$/).waitFor();
    await page.evaluate(() => {
      globalThis.power.back_ms = 4_000;
      globalThis.told.tell("adapter.status", { adapter: "echo" });
    });
    await page.getByText(/^Slept 7 h 12 m .*; every adapter was back after 4 s\.$/).waitFor();
    await assertAccessible(page);
    await assertFits(page);
    await picture(page, "slept-360");
  });
  await assertNoViolations(page);
  await page.context().close();
}
