#!/bin/sh
# A conversation in JSON-RPC 2.0 over HTTP, by curl. Wants NEXUS_URL, such as
# http://127.0.0.1:18789, and NEXUS_TOKEN_FILE, the state/control.token of the home.
set -eu

# The token goes in through a file, because every user of the machine can see arguments.
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT
printf 'Authorization: Bearer %s\nContent-Type: application/json\n' \
    "$(cat "$NEXUS_TOKEN_FILE")" > "$headers"

rpc() {
    printf '> %s\n' "$1"
    printf '< %s\n' "$(curl --silent --show-error --max-time 60 --header "@$headers" \
        --write-out ' %{http_code}' --data-binary "$1" "$NEXUS_URL/rpc")"
}

# One call, with its answer.
rpc '{"jsonrpc":"2.0","method":"agents.list","id":1}'

# A run answers when it has ended. The key makes it safe to send it again.
rpc '{"jsonrpc":"2.0","method":"agent","id":"run","params":{"message":"Hello","sessionKey":"example","idempotencyKey":"example-1"}}'
rpc '{"jsonrpc":"2.0","method":"agent","id":"again","params":{"message":"Hello","sessionKey":"example","idempotencyKey":"example-1"}}'

# A batch: answered in order, the notification in it not at all.
rpc '[{"jsonrpc":"2.0","method":"sessions.history","id":2,"params":{"key":"example","limit":10}},{"jsonrpc":"2.0","method":"status"},{"jsonrpc":"2.0","method":"sesions.list","id":3}]'

# What does not fit is named with its path.
rpc '{"jsonrpc":"2.0","method":"sessions.history","id":4,"params":{"key":"example","limit":"ten"}}'
