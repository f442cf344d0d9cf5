// A real daemon in a home of its own, started, killed and started again by the test.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";

const START_MS_MAX = 20_000;
const STEP_MS = 50;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `probe` gives something, and says what it waited for when it never does. */
export async function until(what, probe, msMax = START_MS_MAX) {
  const began = Date.now();
  let failure;
  while (Date.now() - began < msMax) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      failure = error;
    }
    await pause(STEP_MS);
  }
  throw new Error(`waited ${msMax} ms for ${what}${failure ? `: ${failure.message}` : ""}`);
}

export class Daemon {
  constructor(binDir, home, env) {
    this.binDir = binDir;
    this.home = home;
    this.env = env;
    this.port = 0;
    this.stderr = "";
  }

  /** Makes a home with a configuration and starts a daemon in it. */
  static async start(binDir, toml, env = {}) {
    const home = await mkdtemp(join(tmpdir(), "nexus-e2e-"));
    await mkdir(home, { recursive: true });
    await writeFile(join(home, "nexus.toml"), toml);
    const daemon = new Daemon(binDir, home, env);
    await daemon.run();
    return daemon;
  }

  async run() {
    const args = ["--home", this.home, "--port", String(this.port), "--log-stderr"];
    // Keys and proxies of whoever runs the tests stay outside.
    const env = { PATH: process.env.PATH, HOME: this.home, TMPDIR: tmpdir(), ...this.env };
    const child = spawn(join(this.binDir, "nexusd"), args, { env, stdio: ["ignore", "ignore", "pipe"] });
    this.child = child;
    this.exited = new Promise((resolve) => child.once("exit", resolve));
    child.stderr.on("data", (bytes) => (this.stderr = (this.stderr + bytes).slice(-20_000)));
    await until("the daemon to be ready", async () => {
      if (child.exitCode !== null) throw new Error(`nexusd ended with ${child.exitCode}:\n${this.stderr}`);
      const lock = JSON.parse(await readFile(join(this.home, "state/nexus.lock"), "utf8"));
      if (lock.pid !== child.pid || !lock.address) return false;
      this.base = `http://${lock.address}`;
      this.port = Number(lock.address.split(":").at(-1));
      return (await fetch(`${this.base}/ready`)).ok;
    }).catch((error) => {
      throw new Error(`${error.message}\n${this.stderr}`);
    });
  }

  async token() {
    return (await readFile(join(this.home, "state/control.token"), "utf8")).trim();
  }

  /** A link that signs a browser in, once. */
  async link() {
    const headers = { authorization: `Bearer ${await this.token()}`, "content-type": "application/json" };
    const response = await fetch(`${this.base}/api/link`, { method: "POST", headers, body: "{}" });
    if (!response.ok) throw new Error(`POST /api/link: ${response.status} ${await response.text()}`);
    return (await response.json()).url;
  }

  /** As the machine does when it fails: no goodbye. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.exited;
  }

  async remove() {
    this.child.kill("SIGKILL");
    await this.exited;
    await rm(this.home, { recursive: true, force: true });
  }

  /** Makes calls over a connection of its own. */
  async calls(frames) {
    const token = await this.token();
    const socket = new WebSocket(`${this.base.replace("http", "ws")}/ws`);
    const answers = [];
    await new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("open", () => {
        const client = { name: "e2e", version: "0", platform: "test", mode: "test" };
        socket.send(JSON.stringify({ type: "hello", minProtocol: 1, maxProtocol: 1, client, auth: { token } }));
      });
      socket.on("message", (data) => {
        const frame = JSON.parse(data);
        if (frame.type === "res") answers.push(frame);
        if (frame.type === "hello-error") reject(new Error(frame.reason));
        if (frame.type !== "hello-ok" && frame.type !== "res") return;
        const next = frames[answers.length];
        if (!next) return resolve();
        socket.send(JSON.stringify({ type: "req", id: String(answers.length), ...next }));
      });
    });
    socket.close();
    return answers;
  }
}
