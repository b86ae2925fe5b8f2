#!/usr/bin/env bash
# The official Node clients of OpenAI and Ollama, which tests/server drives.
#   node_clients.sh node         prints how Node is called; fails if none is new enough
#   node_clients.sh packages     installs tests/server/package-lock.json into build/clients
#   node_clients.sh test FILE    runs a test with Node's test runner; without packages it is skipped
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
source "$root/tools/node.sh"
folder=$root/build/clients

run_test() {
  if ! find_node 22.0 2>/dev/null || [[ ! -f $folder/.installed ]]; then
    echo "skipped: the Node packages of tests/server are not there (./dev test installs them)"
    return
  fi
  exec "${node[@]}" --test --test-concurrency=1 "$1"
}

case ${1:-} in
  node) find_node 22.0; echo "${node[@]}" ;;
  packages) find_node 22.0; node_packages "$root/tests/server" "$folder" ;;
  test) run_test "$2" ;;
  *) sed -n '3,5s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
