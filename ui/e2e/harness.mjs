// Tests, a browser, and what every page is held to.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { ARGS, follow, withPages } from "./bundle.mjs";

const require = createRequire(import.meta.url);
const TEST_MS_MAX = 90_000;
/** Most of a page's text that is printed when a test fails. */
const SEEN_LEN_MAX = 1_500;

export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 360, height: 740 };

/** Runs tests one after another and counts. `look` says what could be seen when one failed. */
export class Tests {
  passed = 0;
  failed = 0;

  constructor(only, look) {
    this.only = only;
    this.look = look;
  }

  async test(name, run) {
    if (this.only && !new RegExp(this.only).test(name)) return;
    const began = Date.now();
    let timer;
    const tooLong = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${TEST_MS_MAX} ms`)), TEST_MS_MAX);
    });
    try {
      await Promise.race([run(), tooLong]);
      this.passed += 1;
      say(`ok    ${name} (${Date.now() - began} ms)`);
    } catch (error) {
      this.failed += 1;
      const seen = await this.look().catch((cause) => `nothing: ${cause.message}`);
      say(`FAIL  ${name}\n${indented(error.stack ?? error)}\n      and the page showed:\n${indented(seen)}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

const indented = (text) => String(text).replace(/^/gm, "      ");

export function say(line) {
  process.stdout.write(`${line}\n`);
}

export class Browser {
  static async start() {
    const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
    args.push("--disable-component-update", "--disable-sync");
    args.push(...ARGS);
    const browser = new Browser();
    browser.chromium = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
    browser.complaints = [];
    return browser;
  }

  /** A signed-in page. Whatever it complains about is kept for the end. */
  async page(daemon, { viewport = WIDE, theme = "light", signIn = true } = {}) {
    const context = await this.context({ viewport, colorScheme: theme, hasTouch: viewport === NARROW });
    const page = await context.newPage();
    await page.addInitScript(() => {
      globalThis.violations = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        globalThis.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
      });
    });
    page.on("pageerror", (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      const isPolicy = /Content Security Policy|Trusted ?Type/i.test(message.text());
      if (message.type() === "error" && isPolicy) this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.setDefaultTimeout(15_000);
    this.latest = page;
    if (signIn) await follow(page, await daemon.link());
    return page;
  }

  /** A browser of its own: with storage and cookies that nobody else has. */
  async context(options) {
    return withPages(await this.chromium.newContext(options));
  }

  /** Where the latest page is and what can be read on it. */
  async seen() {
    if (!this.latest) return "nothing: there is no page yet";
    const text = await this.latest.evaluate((n) => document.body.innerText.slice(0, n), SEEN_LEN_MAX);
    return `${this.latest.url()}\n${text}`;
  }

  async stop() {
    await this.chromium.close();
  }
}

/** Fails when the page broke its content policy. */
export async function assertNoViolations(page) {
  assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
}

const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Waits until nothing moves any more that ends by itself: a button on its way
 * from grey to its colour has a contrast that nobody reads.
 */
async function settled(page) {
  await page.evaluate(async () => {
    const ends = (animation) => animation.effect?.getComputedTiming().endTime !== Infinity;
    const moving = () => document.getAnimations().filter((one) => ends(one) && one.playState !== "finished");
    while (moving().length > 0) await Promise.allSettled(moving().map((animation) => animation.finished));
  });
}

/** Fails with every rule of accessibility the page breaks. */
export async function assertAccessible(page) {
  await settled(page);
  await page.evaluate(axe);
  const broken = await page.evaluate(async (values) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: "tag", values } });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }, TAGS);
  assert.deepEqual(broken, []);
}

/** Fails when the page is wider than the window. */
export async function assertFits(page) {
  assert.equal(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)), 0);
}

/** Says something in the chat that is open. */
export async function write(page, text, key = "Enter") {
  await page.locator("[data-composer]").fill(text);
  await page.locator("[data-composer]").press(key);
}

/** The last reply as it is read. */
export function lastReply(page) {
  return page.locator("[data-reply] .prose").last();
}

/** Waits until the run of the open session has ended. */
export async function atRest(page) {
  await page.getByRole("button", { name: /^Stop/ }).waitFor({ state: "hidden" });
}
