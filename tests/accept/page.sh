#!/usr/bin/env bash
# The chat page's flows in headless Chromium against `bantam serve` itself, with a real model: every
# flow of ./dev test page, and the import of a model file through the page.
set -euo pipefail
root=$BANTAM_SOURCE_DIR
model=$BANTAM_MODELS/smollm2-135m-instruct-q4_1.gguf
[[ -f $model ]] || { echo "$model is missing (./dev model smol)" >&2; exit 1; }
work=$(mktemp -d)
server=
# Ends only the server of this script, by its id.
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

cp "$model" "$work/imported-chat.gguf"
BANTAM_HOME=$work/home "$BANTAM_BIN" serve "$model" --port 0 2>"$work/log" >"$work/out" &
server=$!
address=
for _ in {1..300}; do
  address=$(cat "$work/out" "$work/log" 2>/dev/null |
    grep -oa 'http://[0-9.]*:[0-9]*' | head -1 || true)
  [[ -n $address ]] && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done
[[ -n $address ]] || { echo "the server did not say where it listens" >&2; exit 1; }
"$root/tools/page.sh" flows --url "$address/" --gguf "$work/imported-chat.gguf" "$@"
