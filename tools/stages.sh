# ./dev test, accept, lint and fmt: what is checked, stage by stage (sourced).
python_test_packages=(gguf==0.19.0 tokenizers==0.23.3 jinja2==3.1.6 numpy unicodedata2==16.0.0
  sentencepiece==0.2.3)
python_server_packages=(openai==3.54.0 ollama==0.6.3 gguf==0.19.0)
python_accept_packages=(torch==2.13.0 transformers==5.23.0 jsonschema-rs==0.61.0)

# stage NAME COMMAND…: runs it, times it, remembers whether it passed.
stage_lines=()
stages_failed=0
stage() {
  local name=$1 start=$SECONDS result=passed
  shift
  note "stage: $name"
  ("$@") || { result=FAILED; stages_failed=$((stages_failed + 1)); }
  stage_lines+=("$(printf '%-7s %5d s  %s' "$result" $((SECONDS - start)) "$name")")
}

# Prints what the stages gave; fails if one of them did.
stage_summary() {
  printf '\n%s: stages\n' "$1"
  printf '  %s\n' "${stage_lines[@]}"
  printf '%s: %d of %d stages passed in %d s\n' "$1" \
    $((${#stage_lines[@]} - stages_failed)) ${#stage_lines[@]} $SECONDS
  ((stages_failed == 0))
}

run_ctest() {
  local preset=$1
  shift
  ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error -j "$(jobs_count)" \
    "$@" </dev/null
}

# The official clients that tests/server drives, of Python and of Node.
fetch_clients() {
  python_packages "${python_server_packages[@]}"
  "$root/tools/node_clients.sh" node >/dev/null 2>&1 || fetch_node || return 1
  "$root/tools/node_clients.sh" packages
}

fetch_test_models() {
  fetch_model test && fetch_model smol && fetch_model minilm && fetch_model vocabs
}

# The programs that compare with other people's implementations: tests/NAME_parity/run.py.
run_parity() {
  python_packages "${python_test_packages[@]}"
  local script failed=0
  for script in "$root"/tests/*_parity/run.py; do
    [[ -f $script ]] || continue
    note "$(basename "$(dirname "$script")")"
    "$venv/bin/python" "$script" </dev/null || failed=1
  done
  return $failed
}

test_gcc() {
  build gcc
  run_ctest gcc -L unit -E '^tidy'
}

# The program for aarch64 under qemu as three processors, and every kernel as the largest of them.
test_arm64() {
  "$root/tools/sysroot.sh" >&2 || return 1
  build arm64 bantam kernels_test
  run_ctest arm64 -R '^(arm64|kernels|objects)/'
}

# The compiled kernels of release and arm64 against the committed scoreboard.
test_loops() {
  python3 "$root/bench/loops/loops_test.py" && python3 "$root/bench/loops/scoreboard.py"
}

# The chat page: its types, unit tests, and the flows in headless Chromium.
test_page() {
  need_node
  "$root/tools/page.sh" test
}

cmd_test() {
  export BANTAM_MODELS=$models BANTAM_SOURCE_DIR=$root BANTAM_PYTHON=$venv/bin/python
  export BANTAM_BIN=$root/build/release/bantam
  if [[ ${1:-} == page ]]; then
    need page
    test_page
    return
  fi
  if (($# > 0)); then
    need build
    build release
    [[ $1 == unit || $1 == isa ]] || fetch_test_models
    [[ $1 != e2e ]] || { fetch_clients; need_nginx; }
    run_ctest release -L "$1"
    return
  fi
  need build lint arm64 loops wasm page
  stage "build (clang-19)" build release
  stage "test models" fetch_test_models
  stage "clients of the server" fetch_clients
  need_nginx
  stage "unit, isa, model and end-to-end tests" run_ctest release
  stage "chat page in headless Chromium" test_page
  stage "conformance with reference implementations" run_parity
  stage "build and unit tests (g++-12)" test_gcc
  stage "WebAssembly compiles" build wasm
  stage "aarch64 under qemu" test_arm64
  stage "cycles of inner loops" test_loops
  stage "house rules" check_house_rules
  stage_summary "./dev test"
}

# The longer proofs: every tests/accept/NAME.{sh,py}, or those named.
cmd_accept() {
  export BANTAM_MODELS=$models BANTAM_SOURCE_DIR=$root BANTAM_PYTHON=$venv/bin/python
  export BANTAM_BIN=$root/build/release/bantam
  need build
  build release
  fetch_test_models
  python_packages "${python_test_packages[@]}" "${python_accept_packages[@]}"
  need arm64 page package accept
  need_node
  "$root/tools/sysroot.sh" >&2
  build arm64 bantam
  local script name
  for script in "$root"/tests/accept/*.{sh,py}; do
    name=$(basename "${script%.*}")
    [[ -f $script && $name != _* && ($# -eq 0 || " $* " == *" $name "*) ]] || continue
    case $script in
      *.sh) stage "$name" bash "$script" ;;
      *.py) stage "$name" "$venv/bin/python" "$script" ;;
    esac
  done
  ((${#stage_lines[@]} > 0)) || die "no such proof in tests/accept"
  stage_summary "./dev accept"
}

# Every source file that clang-format and clang-tidy look at.
source_files() {
  (cd "$root" && find include src tests fuzz bench -type f \( -name '*.cc' -o -name '*.h' \) \
    -not -path '*/tests/tidy/bad/*' 2>/dev/null | sort)
}

check_house_rules() {
  local failed=0
  (cd "$root" && source_files | xargs clang-format-19 --dry-run --Werror) || failed=1
  python3 "$root/tests/tidy/tidy.py" --build "$root/build/release" "$root" || failed=1
  return $failed
}

# The house rules, and clang-tidy, which takes longer than all tests together.
cmd_lint() {
  need build lint
  [[ -f $root/build/release/compile_commands.json ]] || build release
  local failed=0
  check_house_rules || failed=1
  python3 "$root/tools/clang_tidy.py" "$root" "$root/build/release" "$(jobs_count)" || failed=1
  return $failed
}

cmd_fmt() {
  need lint
  (cd "$root" && source_files | xargs clang-format-19 -i)
}
