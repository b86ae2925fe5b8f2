#!/usr/bin/env bash
# The Debian packages: lintian finds nothing, apt installs them into a new system with what they
# depend on and no more, the service's command answers there, and all goes again.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
model=$root/tests/golden/models/qwen2_tied.gguf
work=$(mktemp -d)
server=""
trap 'stop_server; rm -rf "$work"' EXIT

fail() { echo "package: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null; }
stop_server() { [[ -z $server ]] || kill "$server" 2>/dev/null || true; server=""; }

# The Debian version, as the program and the package tell it.
check_version() {
  local said
  said=$("$root/build/release/bantam" version | awk '{print $2}')
  [[ $(dpkg-deb -f "$1" Version) == "$said-1" ]] || fail "$1 is not of version $said"
}

check_contents() {
  local list path
  list=$(dpkg-deb -c "$1" | awk '{print $6}')
  for path in usr/bin/bantam usr/lib/systemd/system/bantam.service etc/default/bantam \
    usr/share/man/man1/bantam.1.gz usr/share/doc/bantam/copyright \
    usr/share/doc/bantam/notices/preact usr/share/doc/bantam/notices/libedit \
    usr/share/doc/bantam/examples/nginx.conf usr/share/bash-completion/completions/bantam; do
    grep -qxF "./$path" <<<"$list" || fail "$1 has no $path"
  done
  [[ $(dpkg-deb -I "$1" conffiles) == /etc/default/bantam ]] || fail "$1: conffiles"
}

check_lintian() {
  have lintian || { echo "package: not checked by lintian (apt install lintian)"; return; }
  local said
  said=$(lintian --allow-root --tag-display-limit 0 "$1" 2>/dev/null) || true
  [[ -z $said ]] || fail "lintian: $said"
}

# Whether the server started by "$@" answers /health on port 18434 within two minutes.
check_health() {
  local try
  "$@" >"$work/log" 2>&1 &
  server=$!
  for ((try = 0; try < 240; ++try)); do
    if curl -sf http://127.0.0.1:18434/health >"$work/health"; then
      stop_server
      wait || true
      return
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.5
  done
  cat "$work/log" >&2
  fail "no answer from: $*"
}

# The unit as systemd reads it, and as closed as it is meant to be. The file of options sets
# nothing, or it would stand above what is said in "systemctl edit bantam".
check_unit() {
  local exposure said
  ! grep -q '^[^#]' "$root/packaging/bantam.default" || fail "/etc/default/bantam sets something"
  have systemd-analyze || { echo "package: no systemd-analyze here"; return; }
  sed "s|/usr/bin/bantam|$root/build/release/bantam|" "$root/packaging/bantam.service" \
    >"$work/bantam.service"
  said=$(systemd-analyze verify --man=no "$work/bantam.service" 2>&1) || fail "the unit: $said"
  [[ $said != *bantam.service:* ]] || fail "the unit: $said"
  exposure=$(systemd-analyze security --offline=true "$work/bantam.service" 2>/dev/null |
    sed -n 's/.*exposure level.*: \([0-9]*\)\..*/\1/p')
  [[ -n $exposure ]] || fail "systemd-analyze does not say how exposed the unit is"
  ((exposure < 2)) || fail "the unit is exposed: $exposure"
}

# A minimal Debian, the package by apt, the unit's ExecStart, and away with all of it.
check_installation() {
  local package=$1 system=$work/system command
  if ! have debootstrap || ((EUID != 0)); then
    echo "package: not installed into a new system (that needs root and debootstrap)"
    return
  fi
  debootstrap --variant=minbase bookworm "$system" >"$work/debootstrap" 2>&1 ||
    { tail -3 "$work/debootstrap" >&2; fail "debootstrap"; }
  cp "$package" "$model" "$system/tmp/"
  chroot "$system" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    "/tmp/$(basename "$package")" >"$work/apt" 2>&1 || { cat "$work/apt" >&2; fail "apt"; }
  grep -q '^Setting up bantam' "$work/apt" || fail "apt did not set it up"
  [[ $(grep -c '^Setting up' "$work/apt") == 1 ]] || fail "it wants more than a minimal system has"
  command=$(sed -n 's/^ExecStart=\([^$]*\)\$BANTAM_ARGS$/\1/p' \
    "$system/usr/lib/systemd/system/bantam.service")
  [[ -n $command ]] || fail "the unit has no ExecStart with \$BANTAM_ARGS"
  # shellcheck disable=SC2086  # as systemd splits it
  check_health chroot --userspec=65534:65534 "$system" $command --port 18434 \
    "/tmp/$(basename "$model")"
  chroot "$system" bash -ec 'dpkg --verify bantam; dpkg --purge bantam >/dev/null
    for path in /usr/bin/bantam /etc/default/bantam /usr/share/doc/bantam; do
      [[ ! -e $path ]] || { echo "$path is left" >&2; exit 1; }
    done' || fail "purge"
}

package=$("$root/dev" package)
check_version "$package"
check_contents "$package"
check_lintian "$package"
check_unit
check_installation "$package"
echo "package: $(basename "$package"), $(dpkg-deb -f "$package" Depends)"

package=$("$root/dev" package arm64)
check_version "$package"
check_contents "$package"
[[ $(dpkg-deb -f "$package" Architecture) == arm64 ]] || fail "no package for arm64"
dpkg-deb -x "$package" "$work/arm64"
check_health qemu-aarch64-static -L /usr/aarch64-linux-gnu "$work/arm64/usr/bin/bantam" serve \
  --port 18434 "$model"
echo "package: $(basename "$package"), $(dpkg-deb -f "$package" Depends)"
