// Every page in every shape: loaded and empty, both themes, three widths, by keyboard, offline.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { assertAccessible, assertFits, assertNoViolations, NARROW, WIDE } from "./harness.mjs";

const MIDDLE = { width: 768, height: 900 };

/** Addresses of all pages; those of the sidebar stand in `places.ts`. */
async function paths() {
  const places = await readFile(new URL("../src/frame/places.ts", import.meta.url), "utf8");
  const known = [...places.matchAll(/\{ to: "(\/[^"]*)"/g)].map(([, to]) => to);
  assert.ok(known.length > 10, "the pages are found in places.ts");
  const more = ["/approvals/decided", "/activity/requests", "/agents/main", "/adapters/echo", "/settings/file"];
  const tabs = ["people", "devices", "keys", "grants", "policies", "check", "audit", "outside"].map((tab) => `/access/${tab}`);
  return [...known.filter((to) => to !== "/chat" && to !== "/access"), ...more, ...tabs];
}

/** Waits until a page shows what it is about, and nothing is on its way. */
export async function settled(page) {
  await page.locator("main h1").first().waitFor();
  await page.waitForFunction(() => !document.querySelector("main .skeleton"));
  await page.waitForTimeout(250);
}

/** Looks at every page of a daemon. `state` says what is special about it. */
export async function everyPage(tests, browser, daemon, state, { themes = ["light", "dark"], viewports = [WIDE, NARROW] } = {}) {
  const all = await paths();
  for (const theme of themes) {
    for (const viewport of viewports) {
      const page = await browser.page(daemon, { theme, viewport });
      await settled(page);
      for (const path of all) {
        await tests.test(`${path} is accessible and fits, ${state}, ${theme} at ${viewport.width}`, async () => {
          await page.goto(daemon.base + path);
          await settled(page);
          assert.equal(await page.getByRole("alert").filter({ hasText: "This part of the page broke" }).count(), 0);
          // Only an adapter that is not there has nothing to show.
          const nBroken = await page.getByText("This could not be loaded").count();
          assert.equal(nBroken, state === "empty" && path === "/adapters/echo" ? 1 : 0);
          await picture(page, `${state}${path.replaceAll("/", "-")}-${theme}-${viewport.width}`);
          await assertAccessible(page);
          await assertFits(page);
          await assertNoViolations(page);
        });
      }
      await page.context().close();
    }
  }
}

export async function frameTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  await settled(page);
  const all = await paths();

  await tests.test("every page is reached by its keys and from the palette", async () => {
    const places = await readFile(new URL("../src/frame/places.ts", import.meta.url), "utf8");
    for (const [, to, key] of places.matchAll(/\{ to: "(\/[^"]*)".*?key: "(.)"/g)) {
      await page.locator("h1").first().click();
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.waitForURL((url) => (to === "/" ? url.pathname === "/" : url.pathname.startsWith(to)));
    }
    for (const [asked, path] of [["/cred", "/credentials"], ["deliv", "/deliveries"], ["@main", "/agents/main"], [">key for", "/access/keys"]]) {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "What do you look for?" }).fill(asked);
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.pathname === path);
    }
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "What do you look for?" }).fill("zzz no such thing");
    await page.getByText("Nothing is called so").waitFor();
    await assertAccessible(page);
    await picture(page, "palette");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  await tests.test("the list of keys is read, and rows are gone along with j and k", async () => {
    await page.goto(`${daemon.base}/settings`);
    await settled(page);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await assertAccessible(page);
    await picture(page, "keys");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("j");
    const first = await page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press("j");
    const second = await page.evaluate(() => document.activeElement?.textContent);
    assert.notEqual(first, second);
    await page.keyboard.press("k");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), first);
  });

  await tests.test("a phone reaches every page from its bar", async () => {
    const phone = await browser.page(daemon, { viewport: NARROW });
    await settled(phone);
    await phone.getByRole("button", { name: "More" }).click();
    await phone.getByRole("dialog", { name: "More" }).waitFor();
    await assertAccessible(phone);
    await picture(phone, "more");
    await phone.getByRole("dialog").getByRole("link", { name: "Diagnostics" }).click();
    await phone.waitForURL(/\/diagnostics$/);
    await settled(phone);
    await phone.context().close();
  });

  await tests.test("at a middling width nothing is cut off", async () => {
    const middle = await browser.page(daemon, { viewport: MIDDLE });
    for (const path of all) {
      await middle.goto(daemon.base + path);
      await settled(middle);
      await assertFits(middle);
    }
    await middle.context().close();
  });

  await tests.test("without the daemon every page keeps what it shows, changes nothing, and goes on by itself", async () => {
    const kept = await browser.page(daemon);
    await kept.goto(`${daemon.base}/access/keys`);
    await settled(kept);
    await kept.goto(`${daemon.base}/settings`);
    await kept.locator('[data-config="acl.answer_ms"]').waitFor();
    await daemon.kill();
    await kept.getByRole("status").getByText(/Reconnecting|Offline/).waitFor({ timeout: 8_000 });
    await kept.locator('[data-config="acl.answer_ms"]').waitFor();
    await kept.getByText(/^As of/).waitFor();
    assert.equal(await kept.getByRole("button", { name: "Change acl.answer_ms" }).isDisabled(), true);
    await assertAccessible(kept);
    await picture(kept, "offline");
    // A page that was never seen has nothing to show yet, and shows it as soon as it can.
    await kept.keyboard.press("g");
    await kept.keyboard.press("u");
    await kept.waitForTimeout(300);
    await daemon.run();
    await kept.getByRole("status").getByText(/Running|Starting|Degraded/).waitFor();
    await kept.getByRole("heading", { level: 1, name: "Usage" }).waitFor();
    await kept.getByText("Budgets").first().waitFor();
    await kept.context().close();
  });
  await assertNoViolations(page);
  await page.context().close();
}

/** In words that are a third longer nothing is cut off; in German nothing is left in English. */
export async function languageTests(tests, browser, daemon) {
  const all = await paths();
  const speaking = async (language, viewport) => {
    const page = await browser.page(daemon, { viewport });
    await settled(page);
    await page.evaluate((chosen) => localStorage.setItem("nexus.language", chosen), language);
    return page;
  };

  await tests.test("words that are a third longer fit at 360 pixels", async () => {
    const page = await speaking("pseudo", NARROW);
    for (const path of all) {
      await page.goto(daemon.base + path);
      await settled(page);
      await page.getByText("~~").first().waitFor();
      await assertFits(page);
    }
    await picture(page, "pseudo");
    await page.context().close();
  });

  await tests.test("no text of a page stands outside of the tables", async () => {
    const page = await speaking("pseudo", WIDE);
    for (const path of ["/approvals", "/activity", "/access/keys", "/access/check", "/adapters", "/usage", "/credentials"]) {
      await page.goto(daemon.base + path);
      await settled(page);
      const plain = await page.locator("main :is(button, h1, h2, label > span, th, [role=tab])").evaluateAll((all) =>
        all.filter((each) => !each.closest("[data-row]") && /[A-Za-z]{3}/.test(each.innerText) && !each.innerText.includes("~")).map((each) => each.outerHTML.slice(0, 120)),
      );
      assert.deepEqual(plain.filter((html) => !/^<button[^>]*>[^<]*<bdi/.test(html)), [], path);
    }
    await page.context().close();
  });

  await tests.test("German is spoken where it was chosen", async () => {
    const page = await speaking("de", WIDE);
    await page.goto(`${daemon.base}/access/keys`);
    await page.getByRole("heading", { level: 1, name: "Zugriff" }).waitFor();
    await page.getByRole("button", { name: "Schlüssel machen" }).click();
    await page.getByLabel("Wofür ist er?").waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    await assertAccessible(page);
    await assertNoViolations(page);
    await picture(page, "german");
    await page.context().close();
  });
}

export async function picture(page, name) {
  const folder = process.env.NEXUS_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
