// A conversation in JSON-RPC 2.0 at /ws/agent: the WebSocket of Node.js where it has one, else the
// npm package ws. Wants NEXUS_URL, such as http://127.0.0.1:18789, and NEXUS_TOKEN_FILE, the
// state/control.token of the home.
const { readFileSync } = require("node:fs");
const WebSocket = globalThis.WebSocket ?? require("ws");

const http = process.env.NEXUS_URL;
const lasting = readFileSync(process.env.NEXUS_TOKEN_FILE, "utf8").trim();

// A token that ends in a minute: what is handed to a page, which cannot send headers with its
// WebSocket and shows it among the protocols. A program that can shows what it has as X-API-Key.
const mint = async () => {
  const params = { lifetimeMs: 60_000, idempotencyKey: "example-token" };
  const answer = await fetch(`${http}/rpc`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${lasting}` },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "keys.token", params }),
  });
  return (await answer.json()).result.token;
};

let socket;
const waiting = new Map();
let nextId = 1;
const call = (method, params) =>
  new Promise((resolve, reject) => {
    const id = nextId++;
    waiting.set(id, { resolve, reject });
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  });

const answer = ({ id, result, error }) => {
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  error ? reject(error) : resolve(result);
};

const hear = {
  connected: async () => {
    const { tools } = await call("tools.list", {});
    console.log("tools", tools.some((tool) => tool.name === "delete_file"));
    const run = await call("agent.run", { task: "Tidy up", sessionId: "example", maxTurns: 10 });
    console.log(run.stoppedReason, run.turns, run.answer);
    const misfit = await call("agent.run", { task: "Hello", tier: "gigantic" }).catch((e) => e);
    console.log(misfit.code, misfit.data.details.path);
    const cancelled = await call("agent.cancel", { sessionId: "nobody" }).catch((e) => e);
    console.log(cancelled.code);
    const batch = [
      { jsonrpc: "2.0", id: "ping", method: "system.ping" },
      { jsonrpc: "2.0", method: "health" },
      { jsonrpc: "2.0", id: "list", method: "sessions.list" },
    ];
    socket.send(JSON.stringify(batch));
  },
  "agent.event": ({ event }) => {
    if (event.type === "tool_call" || event.type === "done") console.log("event", event.type);
  },
  "approval.request": async ({ requestId, digest, summary }) => {
    console.log("asked", summary);
    await call("approval.respond", { requestId, digest, decision: "approve", reason: "go on" });
  },
};

const onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  if (Array.isArray(frame)) {
    console.log("batch", frame.map((one) => one.id).join(" "), frame[0].result.pong);
    socket.close();
  } else if (frame.method) {
    hear[frame.method]?.(frame.params);
  } else {
    answer(frame);
  }
};

mint().then((token) => {
  socket = new WebSocket(`${http.replace(/^http/, "ws")}/ws/agent`, ["jsonrpc", token]);
  socket.onmessage = onmessage;
});
