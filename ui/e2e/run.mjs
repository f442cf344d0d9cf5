// The Control UI in a real browser against a real daemon:
//   NEXUS_BIN_DIR=../target/debug npm run e2e [-- part of a test's name]
// With NEXUS_SCREENSHOTS=dir it also leaves pictures of Home and Chat there.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { accessTests } from "./access.mjs";
import { asleepTests } from "./asleep.mjs";
import { beginTests } from "./begin.mjs";
import { Daemon } from "./daemon.mjs";
import { Browser, say, Tests } from "./harness.mjs";
import { fileTests } from "./files.mjs";
import { filterTests } from "./filters.mjs";
import { floodTests } from "./flood.mjs";
import { healTests } from "./heal.mjs";
import { heldTests, heldToml } from "./held.mjs";
import { hostileTests } from "./hostile.mjs";
import { keyTests } from "./key.mjs";
import { longTests } from "./long.mjs";
import { Model } from "./model.mjs";
import { notifyTests } from "./notify.mjs";
import { offlineTests } from "./offline.mjs";
import { everyPage, frameTests, languageTests } from "./pages.mjs";
import { pauseTests } from "./pause.mjs";
import { passwordTests } from "./password.mjs";
import { scheduleTests } from "./schedule.mjs";
import { screenshots } from "./screenshots.mjs";
import { senderTests, senderToml } from "./sender.mjs";
import { sizeTests } from "./size.mjs";
import { slowTests } from "./slow.mjs";
import { deliveryTests, unknownToml, workTests } from "./work.mjs";

const binDir = resolve(process.env.NEXUS_BIN_DIR ?? new URL("../../target/debug", import.meta.url).pathname);
const tests = new Tests(process.argv[2], () => browser.seen());
const browser = await Browser.start();
const model = await Model.start();
const undo = [() => browser.stop(), () => model.stop()];

const OFFLINE = `[models]
discover = false

[tools.http_fetch]
allow_private_hosts = true
`;
const SLOW = `[agents.main]
models = ["fake/slow"]

[models]
discover = false

[models.fake]
kind = "openai_compatible"
base_url = "${model.url}"
models = ["slow"]
key = "env:FAKE_KEY"

[models.prices."fake/slow"]
input = 3.0
output = 15.0
`;

async function withDaemon(toml, run) {
  let daemon;
  await tests.test("a daemon starts", async () => {
    daemon = await Daemon.start(binDir, toml, { FAKE_KEY: "not-a-secret" });
  });
  daemon ??= tests.only ? await Daemon.start(binDir, toml, { FAKE_KEY: "not-a-secret" }) : undefined;
  if (!daemon) return;
  try {
    await run(daemon);
  } catch (error) {
    tests.failed += 1;
    say(`FAIL  outside of a test\n${error.stack}`);
  } finally {
    await daemon.remove();
  }
}

try {
  await sizeTests(tests);
  await withDaemon(OFFLINE, (daemon) => offlineTests(tests, browser, daemon, `${model.url}/models`));
  await withDaemon(SLOW, (daemon) => slowTests(tests, browser, daemon));
  await withDaemon(senderToml(binDir), (daemon) => senderTests(tests, browser, daemon));
  await withDaemon(OFFLINE, (daemon) => passwordTests(tests, browser, daemon));
  await withDaemon(OFFLINE, async (daemon) => {
    await everyPage(tests, browser, daemon, "empty", { themes: ["light"] });
    await frameTests(tests, browser, daemon);
    await languageTests(tests, browser, daemon);
  });
  await withDaemon(senderToml(binDir), async (daemon) => {
    await workTests(tests, browser, daemon);
    await everyPage(tests, browser, daemon, "loaded");
  });
  await withDaemon(unknownToml(binDir), (daemon) => deliveryTests(tests, browser, daemon));
  await withDaemon(OFFLINE, async (daemon) => {
    await floodTests(tests, browser, daemon);
    await hostileTests(tests, browser, daemon);
  });
  await withDaemon(OFFLINE, (daemon) => filterTests(tests, browser, daemon));
  await withDaemon(OFFLINE, (daemon) => pauseTests(tests, browser, daemon));
  await withDaemon(OFFLINE, async (daemon) => {
    await notifyTests(tests, browser, daemon);
    await asleepTests(tests, browser, daemon);
  });
  await withDaemon(OFFLINE, (daemon) => keyTests(tests, browser, daemon));
  await withDaemon(OFFLINE, (daemon) => beginTests(tests, browser, daemon));
  await withDaemon(OFFLINE, (daemon) => accessTests(tests, browser, daemon));
  await withDaemon(OFFLINE, (daemon) => scheduleTests(tests, browser, daemon));
  await withDaemon(heldToml(binDir), (daemon) => heldTests(tests, browser, daemon));
  await withDaemon(OFFLINE, async (daemon) => {
    await fileTests(tests, browser, daemon);
    await longTests(tests, browser, daemon);
    await healTests(tests, browser, daemon);
  });
  await tests.test("no page complained", async () => assert.deepEqual(browser.complaints, []));
  const folder = process.env.NEXUS_SCREENSHOTS;
  if (folder) await withDaemon(OFFLINE, (daemon) => screenshots(browser, daemon, resolve(folder)));
} finally {
  for (const each of undo) await each();
}
say(`${tests.passed} passed, ${tests.failed} failed`);
process.exit(tests.failed === 0 ? 0 : 1);
