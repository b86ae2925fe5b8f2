#!/usr/bin/env bash
# The chat page: finds Node, installs the packages of web/package-lock.json into build/web, builds.
#   page.sh node        prints how Node is called; fails if there is none that is new enough
#   page.sh build       web/ → build/web/dist (nothing to do if neither has changed)
#   page.sh embed OUT   builds, and writes the page as C++
#   page.sh test        types, unit tests, and the flows in headless Chromium (mock server)
#   page.sh flows …     only the flows, with options of web/e2e/run.mjs (--url of a real server)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=$root/build/web

source "$root/tools/node.sh"

packages() {
  node_packages "$root/web" "$folder" && return
  echo "npm ci failed: the page needs its packages once (or configure with -DBANTAM_PAGE=OFF)" >&2
  return 1
}

# What the page is made of, as one hash.
fingerprint() {
  (cd "$root/web" && find src index.html vite.config.mjs package-lock.json tsconfig.json -type f \
    ! -name '*_test.ts*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
}

build() {
  packages
  local now
  now=$(fingerprint)
  [[ -f $folder/dist/index.html && -f $folder/.built && $(<"$folder/.built") == "$now" ]] && return
  (cd "$root/web" && "${node[@]}" node_modules/vite/bin/vite.js build --logLevel warn)
  echo "$now" >"$folder/.built"
}

# Several presets may build at once: one of them makes the page, the others wait.
locked() {
  mkdir -p "$folder"
  exec 9>"$folder/.lock"
  flock 9 2>/dev/null || true  # no flock: no presets at once, please
  "$@"
  exec 9>&-
}

embed() {
  build
  mkdir -p "$(dirname "$1")"
  "${node[@]}" "$root/web/embed.mjs" "$folder/dist" "$1"
}

main() {
  local command=${1:-}
  (($# > 0)) && shift
  find_node 20.19
  case $command in
    node) echo "${node[@]}" ;;
    build) locked build ;;
    embed) locked embed "$@" ;;
    flows) locked build; cd "$root/web"; exec "${node[@]}" e2e/run.mjs "$@" ;;
    test)
      locked build
      cd "$root/web"
      "${node[@]}" node_modules/typescript/bin/tsc --noEmit
      "${node[@]}" node_modules/vitest/vitest.mjs run
      "${node[@]}" e2e/run.mjs
      ;;
    *) sed -n '3,7s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
}

main "$@"
