#!/bin/sh
# An orchestrator by curl: makes an agent, has it work, looks at it, stops a message, removes it.
# Wants NEXUS_URL, such as http://127.0.0.1:18789, and NEXUS_TOKEN_FILE, the state/control.token of
# the home.
set -eu

# The token goes in through a file, because every user of the machine can see arguments.
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT
printf 'Authorization: Bearer %s\nContent-Type: application/json\n' \
    "$(cat "$NEXUS_TOKEN_FILE")" > "$headers"

rpc() {
    printf '> %s %s\n' "$1" "$2"
    printf '< %s\n' "$(curl --silent --show-error --max-time 60 --header "@$headers" \
        --write-out ' %{http_code}' --data-binary "$2" "$NEXUS_URL$1")"
}

# An agent that reads its own folder and writes one folder of it, and another one beneath it.
rpc /rpc '{"jsonrpc":"2.0","method":"create_agent","id":1,"params":{"agent_id":"lead","preset":"trusted"}}'
rpc /rpc '{"jsonrpc":"2.0","method":"create_agent","id":2,"params":{"agent_id":"scribe","parent_agent_id":"lead","preset":"sandboxed","allowed_write_paths":["notes"],"disable_tools":["delete_file"]}}'

# It works; the answer comes when it is done.
rpc /agent/scribe '{"jsonrpc":"2.0","method":"send","id":3,"params":{"content":"Write a note","request_id":"note-1"}}'

# How it stands: a batch, answered in order.
rpc /agent/scribe '[{"jsonrpc":"2.0","method":"get_context","id":4},{"jsonrpc":"2.0","method":"get_tokens","id":5},{"jsonrpc":"2.0","method":"get_messages","id":6,"params":{"offset":0,"limit":1}}]'
rpc /rpc '{"jsonrpc":"2.0","method":"list_agents","id":7}'

# From any other connection, while it works; here it has ended already.
rpc /agent/scribe '{"jsonrpc":"2.0","method":"cancel","id":8,"params":{"request_id":"note-1"}}'

# Whoever goes further than the agent above is refused, and told why.
rpc /rpc '{"jsonrpc":"2.0","method":"create_agent","id":9,"params":{"parent_agent_id":"lead","preset":"trusted"}}'

# With it goes everything beneath it; what they did stays on record.
rpc /rpc '{"jsonrpc":"2.0","method":"destroy_agent","id":10,"params":{"agent_id":"lead"}}'
