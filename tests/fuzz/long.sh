#!/usr/bin/env bash
# Fuzzes the readers for long: tests/fuzz/long.sh [--runs N] [--build DIR] [--no-build] [--state DIR] [TARGET…]
#
# Builds the targets (fuzz_NAME; none: all; --no-build takes them as they are), and gives each N runs in all, a million
# where nothing else is said. The state folder (build/fuzz-long) keeps for each target its corpus, the runs it has had and
# the inputs that broke it: the script goes on where it stopped, also after a change of the code. A target stops at the
# first input that
#
#   crashes, leaks memory, runs for more than a second, or asks for more than 65 MiB at once (inputs are at most 80 kB,
#   so that is twice the file and 64 MiB) or 512 MiB in all,
#
# and the next call tries those inputs first. One line a target: runs, seconds of this call, and what broke it.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

runs=1000000 build=build/fuzz state=build/fuzz-long
chunk=50000 longest=80000 build_first=yes
targets=()
# Without sanitizers, under which no limit holds the memory of a process with libhdf5 in it: leaks and single allocations
# are not seen there. What of that reader runs in our own process, fuzz_keras_message runs with them.
declare -A plain=([fuzz_model_hdf5]=yes [fuzz_model_keras_archive]=yes)
# Texts take a sanitized parser long, letter by letter.
declare -A shorter=([fuzz_model_json]=16000)
while [[ $# -gt 0 ]]; do
  case $1 in
    --runs) runs=$2 && shift 2 ;;
    --build) build=$2 && shift 2 ;;
    --no-build) build_first=no && shift ;;
    --state) state=$2 && shift 2 ;;
    fuzz_*) targets+=("$1") && shift ;;
    *) echo "usage: tests/fuzz/long.sh [--runs N] [--build DIR] [--no-build] [--state DIR] [fuzz_NAME ...]" >&2 && exit 2 ;;
  esac
done
if [[ ${#targets[@]} -eq 0 ]]; then
  for source in tests/fuzz/fuzz_*.cc; do targets+=("$(basename "$source" .cc)"); done
fi
if [[ $build_first == yes ]]; then
  sanitized=(serialise_hdf5) unsanitized=()
  for target in "${targets[@]}"; do
    if [[ -n ${plain[$target]:-} ]]; then unsanitized+=("$target"); else sanitized+=("$target"); fi
  done
  cmake --preset fuzz -B "$build" >/dev/null
  cmake --build "$build" --target "${sanitized[@]}"
  if [[ ${#unsanitized[@]} -gt 0 ]]; then
    cmake --preset fuzz-plain -B "$build-plain" >/dev/null
    cmake --build "$build-plain" --target "${unsanitized[@]}"
  fi
fi
mkdir -p "$state"
build=$(readlink -f "$build") state=$(readlink -f "$state")
data=$PWD/tests/models/formats/data

# seed TARGET FILE…: small valid files, so that the fuzzer starts deep
seed() {
  local folder=$state/corpus/$1 most=${shorter[$1]:-$longest} file
  shift
  for file in "$@"; do
    if [[ -f $file && $(stat -c %s "$file") -le $most ]]; then cp --no-clobber "$file" "$folder/"; fi
  done
}

# Every file that is made of smaller ones is also taken apart: for the readers of the parts. In a folder of its own for
# each call, so that several may run side by side.
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
unpack_parts() {
  local file name
  for file in "$data"/*.gz; do
    name=$(basename "$file" .gz)
    gzip -dc "$file" >"$parts/$name"
  done
  for file in "$parts"/*.h5; do "$build/tests/fuzz/serialise_hdf5" "$file" >"$file.message"; done
  for file in "$data"/*.npz; do (cd "$parts" && unzip -qo "$file"); done
  for file in "$data"/*.pt; do unzip -p "$file" '*/data.pkl' >"$parts/$(basename "$file").pkl"; done
}

seed_all() {
  local real=${UNRECUR_MODELS:-/nowhere}
  mkdir -p "$state/corpus/$1"
  case $1 in
    fuzz_model_pytorch) seed "$1" "$data"/*.pt "$data"/wrapped/*.{pt,zip} "$real"/*/*.pt* ;;
    fuzz_pickle) seed "$1" "$parts"/*.pkl "$data"/wrapped/*.pkl ;;
    fuzz_model_pickle) seed "$1" "$data"/wrapped/*.pkl ;;
    fuzz_model_keras_archive) seed "$1" "$data"/wrapped/*.keras ;;
    fuzz_zip) seed "$1" "$data"/*.pt "$data"/*.npz ;;
    fuzz_model_numpy) seed "$1" "$data"/*.npz "$parts"/*.npy "$real"/*/*.npz ;;
    fuzz_npy) seed "$1" "$parts"/*.npy ;;
    fuzz_model_onnx) seed "$1" "$data"/*.onnx "$data"/wrapped/*.onnx "$real"/*/*.onnx ;;
    fuzz_model_hdf5) seed "$1" "$parts"/*.h5 "$data"/wrapped/*.h5 "$real"/*/*.h5 ;;
    fuzz_keras_message) seed "$1" "$parts"/*.message ;;
    fuzz_model_json) seed "$1" "$data"/{rtneural,guitarml}.json "$data"/*.nam "$real"/*/*.json ;;
    fuzz_model_tensorflow_js) seed "$1" "$data"/model.json ;;
    fuzz_model_safetensors | fuzz_safetensors) seed "$1" "$data"/*.safetensors "$real"/*/*.safetensors ;;
    fuzz_gzip) seed "$1" "$data"/*.gz ;;
  esac
}

# run TARGET ARGUMENT…: in a folder where the shards of the TensorFlow.js seed lie
run() {
  local target=$1 folder=$build
  shift
  if [[ -n ${plain[$target]:-} ]]; then folder=$build-plain; fi
  (cd "$state/beside" && ASAN_OPTIONS=quarantine_size_mb=16:allocator_may_return_null=1 \
    "$folder/tests/fuzz/$target" -timeout=1 -malloc_limit_mb=65 -rss_limit_mb=512 -max_len="${shorter[$target]:-$longest}" "$@")
}

# A slow input may only have met a busy machine: it is tried again on its own.
holds() {
  local attempt
  for attempt in 1 2 3; do
    if run "$1" "$2" >/dev/null 2>&1; then return 0; fi
    [[ $(basename "$2") == timeout-* || $(basename "$2") == slow-unit-* ]] || return 1
    sleep "$attempt"
  done
  return 1
}

fuzz() {
  local target=$1 broken=$state/broken/$1 count=$state/$1.runs log=$state/$1.log start=$SECONDS file had now
  mkdir -p "$broken"
  [[ -f $count ]] || echo 0 >"$count"
  for file in "$broken"/*; do
    if [[ -f $file ]] && ! holds "$target" "$file"; then
      printf '%-28s still broken by %s\n' "$target" "$file"
      return 1
    fi
  done
  rm -f "$broken"/*
  had=$(<"$count")
  while ((had < runs)); do
    now=$((runs - had < chunk ? runs - had : chunk))
    run "$target" -runs="$now" -print_final_stats=1 -artifact_prefix="$broken/" "$state/corpus/$target" >"$log" 2>&1 || true
    now=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
    # Broken before the first run: the log says why.
    [[ -n $now ]] || { printf '%-28s stopped, see %s\n' "$target" "$log" && return 1; }
    had=$((had + now))
    echo "$had" >"$count"
    for file in "$broken"/*; do
      [[ -f $file ]] || continue
      if holds "$target" "$file"; then
        rm -f "$file"
      else
        printf '%-28s %8d runs %6d s, broken by %s\n' "$target" "$had" $((SECONDS - start)) "$file"
        return 1
      fi
    done
  done
  printf '%-28s %8d runs %6d s, held\n' "$target" "$had" $((SECONDS - start))
}

unpack_parts
mkdir -p "$state/beside"
cp "$data"/*.bin "$state/beside/"
failed=0
for target in "${targets[@]}"; do
  seed_all "$target"
  fuzz "$target" || failed=1
done
exit "$failed"
