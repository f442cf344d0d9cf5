// A conversation by a JSON-RPC client that knows nothing of Nexus: the npm package json-rpc-2.0.
// Wants NEXUS_URL, such as http://127.0.0.1:18789, and NEXUS_TOKEN_FILE, the state/control.token of
// the home.
const { readFileSync } = require("node:fs");
const { JSONRPCClient } = require("json-rpc-2.0");

const token = readFileSync(process.env.NEXUS_TOKEN_FILE, "utf8").trim();

const client = new JSONRPCClient(async (body) => {
  const answer = await fetch(`${process.env.NEXUS_URL}/rpc`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  // A batch of notifications is answered with nothing.
  if (answer.status !== 204) client.receive(await answer.json());
});

const call = (id, method, params) => ({ jsonrpc: "2.0", id, method, params });

(async () => {
  const run = await client.request("agent", { message: "Hello", idempotencyKey: "package-1" });
  console.log(run.summary);

  const [history, unknown] = await client.requestAdvanced([
    call("a", "sessions.history", { key: run.sessionKey }),
    call("b", "sesions.list", {}),
  ]);
  console.log(history.result.messages.length, unknown.error.code);

  const misfit = await client.request("sessions.history", { key: "main", limit: "ten" }).catch((e) => e);
  console.log(misfit.code, misfit.data.details.path);
  client.notify("health", {});
})();
