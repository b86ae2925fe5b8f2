# Debian packages that ./dev needs, in groups (sourced). Each entry is PACKAGE:PROBE: a command, a
# path (globs allowed) or py:MODULE; what the probe finds is taken as present wherever it came from.
packages_build=(
  clang-19:clang++-19 g++-12:g++-12 cmake:cmake ninja-build:ninja ccache:ccache
  libcurl4-openssl-dev:/usr/include/*/curl/curl.h libsqlite3-dev:/usr/lib/*/libsqlite3.a
  libboost1.81-dev:/usr/include/boost/beast.hpp libssl-dev:/usr/include/openssl/ssl.h
  libcli11-dev:/usr/include/CLI/CLI.hpp libedit-dev:/usr/lib/*/libedit.a
  libgtest-dev:/usr/include/gtest/gtest.h libgmock-dev:/usr/include/gmock/gmock.h
  curl:curl ca-certificates:/etc/ssl/certs/ca-certificates.crt
  python3:python3 python3-venv:py:ensurepip
)
packages_lint=(clang-format-19:clang-format-19 clang-tidy-19:clang-tidy-19 git:git)
packages_git=(git:git)
packages_package=(dpkg-dev:dpkg-shlibdeps)
packages_accept=(lintian:lintian debootstrap:debootstrap)
packages_page=(chromium:chromium)
packages_sanitize=(
  'libclang-rt-19-dev:/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.a'
)
packages_arm64=(
  g++-aarch64-linux-gnu:aarch64-linux-gnu-g++ lld-19:ld.lld-19 qemu-user-static:qemu-aarch64-static
)
packages_loops=(llvm-19:llvm-mca-19)
packages_count=(qemu-user:qemu-aarch64)
packages_wasm=(
  wasi-libc:/usr/include/wasm32-wasi/stdio.h
  libc++-19-dev-wasm32:/usr/lib/llvm-19/include/wasm32-wasi/c++/v1/vector
)

present() {
  case $1 in
    py:*) python3 -c "import ${1#py:}, venv" >/dev/null 2>&1 ;;
    /*) compgen -G "$1" >/dev/null ;;
    *) have "$1" ;;
  esac
}

# need GROUP…: installs what is missing, or says how and stops.
need() {
  local group entry missing=()
  for group in "$@"; do
    local -n entries=packages_$group
    for entry in "${entries[@]}"; do
      present "${entry#*:}" || missing+=("${entry%%:*}")
    done
  done
  ((${#missing[@]} == 0)) && return
  local install="apt-get install -y --no-install-recommends ${missing[*]}" sudo=""
  have apt-get || die "please install what Debian 12 calls: ${missing[*]}"
  if (($(id -u) != 0)); then
    sudo="sudo "
    if ! have sudo || ! sudo -n true 2>/dev/null; then
      printf 'Bantam needs some packages. Please run:\n\n  sudo apt-get update && sudo %s\n\n' \
        "$install" >&2
      exit 1
    fi
  fi
  note "installing: ${missing[*]}"
  apt_run "$sudo" update || note "apt-get update had errors; trying to install all the same"
  apt_run "$sudo" ${install#apt-get } || die "failed: $sudo$install"
}

# Runs apt-get, keeping its chatter in a log unless it fails.
apt_run() {
  local sudo=$1 log
  shift
  log=$(log_file "apt-$1")
  ${sudo:+sudo -n} env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" \
    </dev/null >"$log" 2>&1 || { tail -20 "$log" >&2; return 1; }
}
