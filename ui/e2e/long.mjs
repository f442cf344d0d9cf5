// Lines of ten megabytes wherever text comes from outside: the page lays out a little of them and goes on.
import assert from "node:assert/strict";
import { assertFits, assertNoViolations, write } from "./harness.mjs";
import { tellable } from "./feed.mjs";
import { settled } from "./pages.mjs";

/** Characters of a line. */
const LINE_LEN = 10 * 1024 * 1024;
/** Characters that a page may lay out, however long what it shows is. */
const LAID_OUT_MAX = 600_000;
const NODES_MAX = 6_000;

/** How much there is on the page. Only a page that goes on answers. */
async function amount(page) {
  return page.evaluate(() => ({ text: document.body.textContent.length, nodes: document.querySelectorAll("*").length }));
}

async function assertSmall(page) {
  const { text, nodes } = await amount(page);
  assert.ok(text <= LAID_OUT_MAX, `${text} characters are laid out`);
  assert.ok(nodes <= NODES_MAX, `${nodes} elements`);
}

export async function longTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  await tellable(page);
  // Ten megabytes that are one word, and ten of characters that cannot be seen.
  const tell = (event, payload) =>
    page.evaluate(
      ([type, fields, n]) => {
        const fill = (value) => (value === "WORD" ? "w".repeat(n) : value === "HIDDEN" ? "\u200b".repeat(n) : value);
        const filled = JSON.parse(JSON.stringify(fields), (_, value) => fill(value));
        globalThis.told.tell(type, filled);
      },
      [event, payload, LINE_LEN],
    );
  const message = (id, role, parts) => ({ message: { id, turn_id: "T1", request_id: "R1", role, parts, created_at: 1 }, session_key: "long" });

  await tests.test("ten megabytes in one line of an event do not stop Activity", async () => {
    await page.goto(`${daemon.base}/activity`);
    await settled(page);
    const call = { turn_id: "T1", session_key: "long", tool_call_id: "c1", name: "read_file" };
    await tell("agent.tool.started", { ...call, summary: "WORD" });
    await tell("agent.tool.completed", { ...call, status: "failed", excerpt: "HIDDEN", record: "WORD" });
    await tell("agent.error", { session_key: "long", turn_id: "T1", message: "WORD", will_retry: false });
    for (const type of ["agent.tool.started", "agent.tool.completed", "agent.error"]) {
      const row = page.locator("[data-row]").filter({ hasText: type }).first();
      await row.waitFor();
      await assertSmall(page);
      await row.click();
      await page.getByRole("dialog").waitFor();
      await assertSmall(page);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await assertFits(page);
  });

  await tests.test("ten megabytes in one line of a message or a tool's output do not stop a chat", async () => {
    await page.goto(`${daemon.base}/chat/long`);
    await write(page, "hello");
    await page.getByRole("link", { name: "trace" }).waitFor();
    await tell("turn.created", { session_key: "long", turn_id: "T1", request_ids: ["R1"], agent_id: "main" });
    await tell("message.recorded", message("M1", "user", [{ kind: "text", value: "WORD" }]));
    await tell("message.recorded", message("M2", "assistant", [{ kind: "text", value: "WORD" }, { kind: "tool_call", value: { id: "c2", name: "read_file", arguments: { path: "WORD" } } }]));
    await tell("agent.tool.started", { session_key: "long", turn_id: "T1", tool_call_id: "c2", name: "read_file", summary: "WORD" });
    await tell("agent.tool.completed", { session_key: "long", turn_id: "T1", tool_call_id: "c2", name: "read_file", status: "completed", excerpt: "HIDDEN", record: "WORD" });
    await tell("message.recorded", message("M3", "tool", [{ kind: "tool_result", value: { call_id: "c2", content: "WORD" } }]));
    await page.locator("[data-tool=read_file]").waitFor();
    await page.locator("[data-tool=read_file] > summary").click();
    await page.locator("[data-left]").first().waitFor();
    await assertSmall(page);
    await assertFits(page);
    // It can still be written to.
    await page.locator("[data-composer]").fill("still here");
    assert.equal(await page.locator("[data-composer]").inputValue(), "still here");
  });
  await assertNoViolations(page);
  await page.context().close();
}
