#!/usr/bin/env bash
# Unpacks Debian's arm64 development packages (static libedit, SQLite, GoogleTest; headers) below
# build/sysroot-arm64, through a private apt index: the system stays as it is, no root needed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
sysroot=$root/build/sysroot-arm64
packages=(libedit-dev libncurses-dev libbsd-dev libmd-dev libgtest-dev libgmock-dev libsqlite3-dev
  libcurl4-openssl-dev libssl-dev libtinfo6)
stamp=$sysroot/.packages
[[ -f $stamp && $(<"$stamp") == "${packages[*]}" ]] && exit

apt=$sysroot.apt
rm -rf "$apt" "$sysroot"
mkdir -p "$apt"/{lists/partial,cache/archives/partial,debs} "$sysroot"
: >"$apt/status"
apt_get() {
  apt-get -q -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o APT::Sandbox::User= \
    -o Dir::State="$apt" -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" \
    -o Dir::Cache="$apt/cache" -o Debug::NoLocking=1 "$@" </dev/null
}
echo "fetching arm64 libraries: ${packages[*]}"
apt_get update >"$apt/log" 2>&1 || true  # other people's sources may lack arm64
(cd "$apt/debs" && apt_get download "${packages[@]}") >>"$apt/log" 2>&1 ||
  { tail -5 "$apt/log"; echo "could not fetch the arm64 libraries" >&2; exit 1; }
for package in "$apt"/debs/*.deb; do dpkg-deb -x "$package" "$sysroot"; done
rm -rf "$apt"
echo "${packages[*]}" >"$stamp"
