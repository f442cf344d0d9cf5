#!/bin/sh
# A program comes in with a key of its own. Wants NEXUS_URL, such as http://127.0.0.1:18789, and
# NEXUS_TOKEN_FILE, the state/control.token of the home, with which the key is issued.
set -eu

# Credentials go in through files, because every user of the machine can see arguments.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 700 "$folder"
printf 'Authorization: Bearer %s\nContent-Type: application/json\n' \
    "$(cat "$NEXUS_TOKEN_FILE")" > "$folder/owner"

rpc() {
    curl --silent --show-error --max-time 60 --header "@$folder/$1" --data-binary "$2" \
        "$NEXUS_URL/rpc"
}

field() {
    sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"
}

# Issued once, with what the program needs and no more.
rpc owner '{"jsonrpc":"2.0","method":"keys.create","id":1,"params":{"label":"example","scopes":["session.read"],"idempotencyKey":"example-key"}}' > "$folder/issued"
printf 'X-API-Key: %s\nContent-Type: application/json\n' \
    "$(field value < "$folder/issued")" > "$folder/program"
printf 'issued: %s\n' "$(field id < "$folder/issued")"

# What it was given a scope for, and what it was not.
printf 'may read: %s\n' "$(rpc program '{"jsonrpc":"2.0","method":"sessions.list","id":2}')"
printf 'may not write: %s\n' "$(rpc program '{"jsonrpc":"2.0","method":"sessions.send","id":3,"params":{"key":"main","message":"Hello","idempotencyKey":"example-send"}}')"

# Taken back, it opens nothing any more.
rpc owner '{"jsonrpc":"2.0","method":"keys.revoke","id":4,"params":{"id":"@last","idempotencyKey":"example-end"}}' > /dev/null
printf 'revoked: %s\n' "$(rpc program '{"jsonrpc":"2.0","method":"sessions.list","id":5}')"
