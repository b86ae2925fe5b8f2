#!/usr/bin/env bash
# Makes a Debian package of a build: package.sh BUILD_DIR OUTPUT_DIR. Prints its path. Compresses
# the manual page, writes the changelog, and adds the notices of the libraries that are linked in.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$1
output=$2
made=$build/packaging

# A variable of CMake's cache or of CPack's configuration.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
configured() { sed -n "s/^set($1 \"\(.*\)\")$/\1/p" "$build/CPackConfig.cmake"; }

architecture=$(configured CPACK_DEBIAN_PACKAGE_ARCHITECTURE)
architecture=${architecture:-$(dpkg --print-architecture)}
version=$(configured CPACK_PACKAGE_VERSION)-$(configured CPACK_DEBIAN_PACKAGE_RELEASE)

# Times in the package are those of the commit, so that the same sources make the same package.
if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)
fi
export SOURCE_DATE_EPOCH

rm -rf "$made"
mkdir -p "$made/notices" "$output"
gzip -9nc "$root/packaging/bantam.1" >"$made/bantam.1.gz"
echo /etc/default/bantam >"$made/conffiles"
gzip -9nc >"$made/changelog.Debian.gz" <<TEXT
bantam ($version) unstable; urgency=medium

  * Version $(configured CPACK_PACKAGE_VERSION).

 -- $(configured CPACK_DEBIAN_PACKAGE_MAINTAINER)  $(LC_ALL=C date -R -u -d "@$SOURCE_DATE_EPOCH")
TEXT

# Notices that licences want beside object code.
system=/
[[ $(cached CMAKE_TOOLCHAIN_FILE) == *arm64* ]] && system=$root/build/sysroot-arm64
if [[ $(cached BANTAM_LIBEDIT) == ON ]]; then
  for library in libedit libbsd libmd libncurses; do
    cp "$system/usr/share/doc/$library-dev/copyright" "$made/notices/$library"
  done
fi
if [[ $(cached BANTAM_PAGE) == ON ]]; then
  for module in preact marked; do
    cp "$root/build/web/node_modules/$module/LICENSE"* "$made/notices/$module"
  done
fi
chmod 644 "$made"/notices/* "$made/conffiles"

# dpkg-shlibdeps knows only the machine's own libraries: for others, the newest symbol that is used.
options=()
if [[ $architecture != $(dpkg --print-architecture) ]]; then
  libc=$(llvm-objdump-19 -T "$build/bantam" | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -1)
  options+=(-D "CPACK_DEBIAN_PACKAGE_DEPENDS=libc6 (>= ${libc#GLIBC_})")
fi
# CPack takes the mode of what it installs from the files: those of a checkout, whatever the umask.
umask 022
cpack --config "$build/CPackConfig.cmake" -B "$output" "${options[@]}" >"$made/log" 2>&1 ||
  { cat "$made/log" >&2; exit 1; }
rm -rf "$output/_CPack_Packages"
echo "$output/bantam_${version}_$architecture.deb"
