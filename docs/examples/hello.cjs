// A conversation at /ws, the WebSocket that begins with a hello: the one of Node.js where it has
// one, else the npm package ws. Wants NEXUS_URL, such as http://127.0.0.1:18789, and
// NEXUS_TOKEN_FILE, the state/control.token of the home.
const { readFileSync } = require("node:fs");
const WebSocket = globalThis.WebSocket ?? require("ws");

const token = readFileSync(process.env.NEXUS_TOKEN_FILE, "utf8").trim();
const socket = new WebSocket(`${process.env.NEXUS_URL.replace(/^http/, "ws")}/ws`);
const client = { name: "example", version: "1", platform: process.platform, mode: "script", instanceId: "Example-1" };

socket.onopen = () =>
  socket.send(JSON.stringify({ type: "hello", minProtocol: 1, maxProtocol: 1, client, auth: { token } }));

const ask = (id, method, params) => socket.send(JSON.stringify({ type: "req", id, method, params }));

const onAnswer = {
  presence: ({ presence }) => {
    console.log("presence", presence[0].mode, presence.some((one) => one.instanceId === "Example-1"));
    // Answered twice on this id: at once, and when the run has ended.
    ask("run", "agent", { message: "Hello", sessionKey: "example", idempotencyKey: "hello-1" });
  },
  run: ({ status, summary }) => {
    console.log("run", status, summary ?? "");
    if (status === "done") ask("old", "chat.history", { sessionKey: "example", limit: 10 });
  },
  old: ({ messages }) => {
    console.log("history", messages.length);
    ask("stop", "runtime.shutdown", { idempotencyKey: "hello-2", reason: "update", restartExpectedMs: 1500 });
  },
  stop: () => {},
};

let nTold = 0;
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  if (frame.type === "hello-ok") {
    console.log("hello-ok", frame.protocol, frame.policy.tickIntervalMs, frame.features.events.includes("tick"));
    // This name is the one of older clients.
    ask("presence", "system-presence", {});
  } else if (frame.type === "res") {
    if (!frame.ok) throw new Error(frame.error.message);
    onAnswer[frame.id](frame.payload);
  } else if (frame.event === "challenge") {
    console.log("challenge", frame.payload.nonce.length);
  } else if (frame.event === "turn.completed") {
    // The sessions that a client opens are told of without a subscription.
    nTold += 1;
  } else if (frame.event === "shutdown") {
    console.log("shutdown", frame.payload.reason, frame.payload.restartExpectedMs, nTold);
  }
};
socket.onclose = ({ code }) => console.log("closed", code);
