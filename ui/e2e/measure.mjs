// What the Control UI costs, measured in Chromium against a release build on a quiet machine:
//   NEXUS_BIN_DIR=../target/release npm run measure
// Prints a table in Markdown, one row per figure of docs/performance.md.
import { resolve } from "node:path";
import { Daemon } from "./daemon.mjs";
import { countFrames, frames, tellable } from "./feed.mjs";
import { Browser, say, write } from "./harness.mjs";
import { Model } from "./model.mjs";
import { settled } from "./pages.mjs";
import { bundleSizes } from "./size.mjs";

const KIB = 1024;
const LOADS = 9;
const APPROVALS = 15;
/** Input this soon after a card appeared is ignored. */
const GUARD_MS = 600;
const EVENTS_PER_S = 167;
const TOKENS_PER_S = 100;
const STREAM_S = 30;
/** What an hour at 10,000 events a minute is. */
const HOUR_EVENTS = 600_000;
const HOUR_BATCH = 2_000;
/** Tokens of one reply in an hour of replies. */
const REPLY_TOKENS = 2_000;

const OFFLINE = "[models]\ndiscover = false\n";
const binDir = resolve(process.env.NEXUS_BIN_DIR ?? new URL("../../target/release", import.meta.url).pathname);

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

const ms = (value) => `${Math.round(value)} ms`;
const row = (...cells) => say(`| ${cells.join(" | ")} |`);

/** From the navigation until Home shows what the daemon says and its button can be pressed. */
async function interactive(browser, daemon) {
  const page = await browser.page(daemon);
  await settled(page);
  // The key of the session never leaves its browser, so each load is a new tab of the same one.
  const context = page.context();
  const took = [];
  for (let n = 0; n < LOADS; n++) {
    const one = await context.newPage();
    const session = await context.newCDPSession(one);
    await session.send("Network.enable");
    await session.send("Network.clearBrowserCache");
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    await one.addInitScript(() => {
      const look = () => {
        const heading = document.querySelector("main h1")?.textContent ?? "";
        const isThere = heading !== "" && heading !== "Home" && document.querySelector("[aria-labelledby=recent-title]");
        if (isThere) requestAnimationFrame(() => setTimeout(() => (globalThis.interactiveAt = performance.now())));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await one.goto(daemon.base);
    await one.waitForFunction(() => globalThis.interactiveAt !== undefined);
    took.push(await one.evaluate(() => globalThis.interactiveAt));
    await one.close();
  }
  await context.close();
  row("time to interactive on loopback, cold cache, p50 / p95 of 9", `${ms(quantile(took, 0.5))} / ${ms(quantile(took, 0.95))}`, "p95 <= 1,000 ms");
}

/** From the record of the request until its card has been painted, by one clock: both run here. */
async function approvals(browser, daemon) {
  const page = await browser.page(daemon);
  await page.addInitScript(() => {
    globalThis.painted = {};
    new MutationObserver(() => {
      for (const card of document.querySelectorAll("[data-ask]")) {
        const id = card.getAttribute("data-ask");
        if (globalThis.painted[id] !== undefined) continue;
        globalThis.painted[id] = 0;
        requestAnimationFrame(() => setTimeout(() => (globalThis.painted[id] = Date.now())));
      }
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(`${daemon.base}/chat/approvals`);
  const took = [];
  for (let n = 0; n < APPROVALS; n++) {
    await write(page, `fetch https://example.org/${n}`);
    const card = page.locator("[data-ask]");
    await card.waitFor();
    const id = await card.getAttribute("data-ask");
    await page.waitForFunction((one) => globalThis.painted[one] > 0, id);
    const [{ payload }] = await daemon.calls([{ method: "acl.requests.show", params: { id } }]);
    took.push((await page.evaluate((one) => globalThis.painted[one], id)) - payload.request.created_at);
    await page.waitForTimeout(GUARD_MS);
    await card.focus();
    await page.keyboard.press("d");
    await card.waitFor({ state: "detached" });
  }
  row("tool request to painted approval, p50 / p95 of 15", `${ms(quantile(took, 0.5))} / ${ms(quantile(took, 0.95))}`, "p95 <= 200 ms");
  await page.context().close();
}

const mib = (bytes) => `${(bytes / KIB / KIB).toFixed(1)} MiB`;

/** What the heap of a page holds that is still needed. */
async function heap(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

const share = ({ n, dropped }) => `${dropped} of ${n + dropped} (${((100 * dropped) / (n + dropped)).toFixed(1)} %)`;

/** Ten thousand events a minute on Activity. */
async function events(browser, daemon) {
  const page = await browser.page(daemon);
  await tellable(page);
  await page.goto(`${daemon.base}/activity`);
  await settled(page);
  await countFrames(page);
  await page.evaluate(
    ([perS, seconds]) =>
      new Promise((done) => {
        let n = 0;
        const began = performance.now();
        const timer = setInterval(() => {
          const due = Math.min(perS * seconds, Math.floor(((performance.now() - began) / 1_000) * perS));
          for (; n < due; n++) globalThis.told.tell("agent.tool.started", { turn_id: `T${n}`, session_key: "flood", tool_call_id: `${n}`, name: "read_file", summary: `read file number ${n}` });
          if (n < perS * seconds) return;
          clearInterval(timer);
          done();
        }, 50);
      }),
    [EVENTS_PER_S, STREAM_S],
  );
  row("frames dropped at 10,000 events a minute, 30 s", share(await frames(page)), "0");
  await page.context().close();
}

/** A reply at a hundred tokens a second. */
async function tokens(browser, daemon) {
  const page = await browser.page(daemon);
  await page.goto(`${daemon.base}/chat/tokens`);
  await settled(page);
  await countFrames(page);
  await write(page, "tell me a long story");
  await page.locator("[data-writing]").waitFor();
  const words = () => page.evaluate(() => Number(/word(\d+)\D*$/.exec(document.querySelector("[data-writing]").textContent)?.[1] ?? 0));
  const [before, began] = [await words(), Date.now()];
  await page.waitForTimeout(STREAM_S * 1_000);
  const shown = share(await frames(page));
  // What was asked for and what came are not always the same.
  const perS = ((await words()) - before) / ((Date.now() - began) / 1_000);
  row(`frames dropped at ${TOKENS_PER_S} tokens a second, 30 s (painted: ${perS.toFixed(0)} a second)`, shown, "<= 0.5 %");
  await page.context().close();
}

/** The heap after what happens in an hour, as fast as the page takes it in. */
async function hour(browser, daemon) {
  const page = await browser.page(daemon);
  await tellable(page);
  await page.goto(`${daemon.base}/activity`);
  await settled(page);
  const tell = (from, n) =>
    page.evaluate(
      ([first, count]) => {
        for (let at = first; at < first + count; at++) {
          globalThis.told.tell("agent.tool.started", { turn_id: `T${at}`, session_key: "hour", tool_call_id: `${at}`, name: "read_file", summary: `read file number ${at}` });
        }
      },
      [from, n],
    );
  // The rings fill first: what they hold is no growth.
  for (let at = 0; at < HOUR_EVENTS / 10; at += HOUR_BATCH) await tell(at, HOUR_BATCH);
  const before = await heap(page);
  for (let at = HOUR_EVENTS / 10; at < HOUR_EVENTS; at += HOUR_BATCH) await tell(at, HOUR_BATCH);
  const after = await heap(page);
  row("heap after an hour at 10,000 events a minute (compressed) / growth since its first tenth", `${mib(after)} / ${mib(after - before)}`, "growth <= 20 MiB");
  row("elements on the page then", `${(await frames(page)).nodes}`, "<= 6,000");
  await page.context().close();
}

/** The heap after an hour of replies at a hundred tokens a second in the chat that is open, compressed. */
async function hourOfReplies(browser, daemon) {
  const page = await browser.page(daemon);
  await tellable(page);
  await page.goto(`${daemon.base}/chat/hour`);
  await settled(page);
  await write(page, "hello");
  await page.getByRole("link", { name: "trace" }).waitFor();
  const reply = (n) =>
    page.evaluate(
      async ([turn, nTokens]) => {
        const { told } = globalThis;
        const [session_key, turn_id, id] = ["hour", `T${turn}`, `M${turn}`];
        told.tell("turn.created", { session_key, turn_id, request_ids: [`R${turn}`], agent_id: "main" });
        let text = "";
        for (let seq = 1; seq <= nTokens; seq++) {
          const delta = `word${seq}${seq % 40 === 0 ? "\n\n" : " "}`;
          text += delta;
          told.tell("agent.streaming.token", { session_key, turn_id, message_id: id, seq, delta }, false);
          // Now and then it is painted, as it is in an hour that lasts an hour.
          if (seq % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 60));
        }
        const call = { session_key, turn_id, tool_call_id: "c1", name: "read_file" };
        told.tell("agent.tool.started", { ...call, summary: `read file number ${turn}` });
        told.tell("agent.tool.completed", { ...call, status: "completed", excerpt: text.slice(0, 2_000) });
        const message = { id, turn_id, request_id: `R${turn}`, role: "assistant", parts: [{ kind: "text", value: text }], created_at: Date.now() };
        told.tell("message.recorded", { session_key, message });
        const usage = { input_tokens: 100, output_tokens: nTokens, cached_input_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0 };
        told.tell("turn.completed", { session_key, turn_id, status: "completed", stop_reason: "end_turn", usage, cost: { micro_usd: 0, basis: "free" } });
      },
      [n, REPLY_TOKENS],
    );
  const nReplies = (3_600 * TOKENS_PER_S) / REPLY_TOKENS;
  for (let n = 0; n < nReplies / 10; n++) await reply(n);
  const before = await heap(page);
  for (let n = nReplies / 10; n < nReplies; n++) await reply(n);
  await page.getByText(`word${REPLY_TOKENS}`).last().waitFor();
  const after = await heap(page);
  row(`heap after an hour at ${TOKENS_PER_S} tokens a second (compressed) / growth since its first tenth`, `${mib(after)} / ${mib(after - before)}`, "growth <= 20 MiB");
  row("elements on the page then, 60 replies of 2,000 tokens", `${(await frames(page)).nodes}`, "<= 10,000");
  await page.context().close();
}

const browser = await Browser.start();
const model = await Model.start({ wordMs: 1_000 / TOKENS_PER_S });
const STREAMING = `[agents.main]
models = ["fake/slow"]

[models]
discover = false

[models.fake]
kind = "openai_compatible"
base_url = "${model.url}"
models = ["slow"]
key = "env:FAKE_KEY"
`;

async function withDaemon(toml, ...parts) {
  const daemon = await Daemon.start(binDir, toml, { FAKE_KEY: "not-a-secret" });
  try {
    for (const part of parts) await part(browser, daemon);
  } finally {
    await daemon.remove();
  }
}

try {
  row("what", "measured", "aim");
  row("---", "---", "---");
  const { first, style, all } = await bundleSizes();
  row("JavaScript at the first load of Home, gzip", `${(first / KIB).toFixed(1)} KiB`, "<= 200 KiB");
  row("all JavaScript / styles, gzip", `${(all / KIB).toFixed(1)} / ${(style / KIB).toFixed(1)} KiB`, "<= 480 / <= 25 KiB");
  await withDaemon(OFFLINE, interactive, approvals, events, hour, hourOfReplies);
  await withDaemon(STREAMING, tokens);
} finally {
  await browser.stop();
  model.stop();
}
process.exit(0);
