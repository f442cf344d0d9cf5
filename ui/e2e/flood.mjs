// Ten thousand events a minute on Activity: none is lost, the page stays small, and frames are counted.
import assert from "node:assert/strict";
import { say } from "./harness.mjs";
import { settled } from "./pages.mjs";

const PER_S = 167;
const SECONDS = 8;
const BATCH_MS = 100;
/** Elements a page may have, however much is shown. */
const NODES_MAX = 6_000;
/** A frame that takes this much longer than a 60th of a second was dropped. */
const DROPPED_MS = 25;

export async function floodTests(tests, browser, daemon) {
  const page = await browser.page(daemon);
  await settled(page);
  let send;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    // Frames of the test stand between those of the daemon, so all are counted anew.
    let seq = 0;
    let position = 0;
    const numbered = (frame) => JSON.stringify(frame.type === "event" ? { ...frame, seq: ++seq } : frame);
    server.onMessage((text) => {
      const frame = JSON.parse(text);
      if (frame.type === "hello-ok") position = frame.snapshot.position;
      if (frame.position) position = Math.max(position, frame.position);
      socket.send(numbered(frame));
    });
    // The first socket is the page's own; the one for earlier events comes and goes.
    send ??= (n) => {
      const payload = { turn_id: `turn-${n}`, session_key: "flood", tool_call_id: `${n}`, name: "read_file", summary: `read file number ${n}` };
      socket.send(numbered({ type: "event", event: "agent.tool.started", position: ++position, at: Date.now(), payload }));
    };
  });

  await tests.test("ten thousand events a minute: none is lost, and the page stays small", async () => {
    await page.goto(`${daemon.base}/activity`);
    await settled(page);
    await page.evaluate((droppedMs) => {
      globalThis.frames = { n: 0, dropped: 0 };
      let last = performance.now();
      const count = (now) => {
        globalThis.frames.n += 1;
        if (now - last > droppedMs) globalThis.frames.dropped += Math.round((now - last) / (1_000 / 60)) - 1;
        last = now;
        requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    }, DROPPED_MS);
    const n = PER_S * SECONDS;
    for (let sent = 0; sent < n; ) {
      for (const end = Math.min(n, sent + (PER_S * BATCH_MS) / 1_000); sent < end; sent++) send(sent);
      await page.waitForTimeout(BATCH_MS);
    }
    await page.getByText(`read file number ${n - 1}`).first().waitFor();
    const { frames, nodes } = await page.evaluate(() => ({ frames: globalThis.frames, nodes: document.querySelectorAll("*").length }));
    say(`      ${n} events: ${frames.dropped} of ${frames.n + frames.dropped} frames dropped, ${nodes} elements`);
    assert.ok(nodes <= NODES_MAX, `${nodes} elements`);
    await page.getByLabel(/^Filter/).fill("type:agent.tool.started");
    await page.getByText(new RegExp(`^${new Intl.NumberFormat("en").format(n)} of`)).waitFor();
  });
  await page.context().close();
}
