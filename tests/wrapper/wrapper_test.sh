#!/usr/bin/env bash
# Tests ./unrecur against stand-ins for dpkg-query, apt-get, sudo, cmake and ctest that note how they were called.
# Usage: wrapper_test.sh ROOT
set -euo pipefail
source_root=$(readlink -f "${1:?the root of the project}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
failures=0

stub() { printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1" && chmod +x "$work/bin/$1"; }

# A new checkout in $work/repo, on a machine that lacks the packages named in $work/absent.
new_machine() {
  rm -rf "${work:?}"/*
  mkdir -p "$work/bin" "$work/repo"
  cp "$source_root/unrecur" "$source_root/CMakePresets.json" "$work/repo/"
  printf '%s\n' "$@" >"$work/absent"
  : >"$work/calls"
  chmod -R a+rwX "$work"
  # shellcheck disable=SC2016 # expanded by the stand-ins
  stub program 'printf "program in %s:" "$PWD"; printf " <%s>" "$@"; echo; exit 10'
  # shellcheck disable=SC2016
  stub dpkg-query 'for p in "$@"; do case $p in -*) ;; *) grep -qxF "$p" '"$work/absent"' || echo "ii $p" ;; esac; done'
  stub apt-get "echo apt-get \"\$@\" >>$work/calls
    case \" \$* \" in *' install '*) [[ -e $work/no_network ]] && echo no network && exit 100; : >$work/absent ;; esac; exit 0"
  stub cmake "echo cmake \"\$@\" >>$work/calls
    if [[ \$1 == --preset ]]; then
      mkdir -p build/\$2
      echo CMAKE_HOME_DIRECTORY:INTERNAL=\$PWD >build/\$2/CMakeCache.txt
      touch build/\$2/build.ninja
    else
      [[ -e $work/broken ]] && echo 'a.cc:1: error: broken' && exit 1
      echo '[1/2] Building a.cc'
      cp $work/bin/program \$2/unrecur
    fi"
  stub ctest "echo ctest \"\$@\" >>$work/calls; echo 100% tests passed"
  rm -f "$work/no_network" "$work/broken"
}

# Runs the wrapper as USER (me or nobody); leaves its output in $output and exit code in $code.
run_as() {
  local user=$1 become=()
  shift
  if [[ $user == nobody && $EUID -eq 0 ]]; then become=(setpriv --reuid 65534 --regid 65534 --clear-groups); fi
  code=0
  output=$(cd "$work" && PATH=$work/bin:$PATH "${become[@]}" ./repo/unrecur "$@" </dev/null 2>&1) || code=$?
}

expect() {
  local what=$1
  shift
  if ! "$@"; then
    printf 'FAILED: %s\n  exit code %s, output:\n%s\n  calls:\n%s\n' "$what" "$code" "$output" "$(cat "$work/calls")"
    failures=$((failures + 1))
  fi
}
says() { grep -qF -- "$1" <<<"$output"; }
called() { grep -qE -- "$1" "$work/calls"; }
not() { ! "$@"; }

new_machine
run_as nobody check 'a b.safetensors' --json
expect 'the program gets its arguments whole and the folder of the caller' says "program in $work: <check> <a b.safetensors> <--json>"
expect 'its exit code is the program'\''s' test "$code" = 10
expect 'it says that it compiles' says 'building the release, 2 steps'
expect 'nothing is installed where nothing is missing' not called apt-get
sed -i 's/Building a.cc/Generating the version/' "$work/bin/cmake"
run_as nobody --help
expect 'steps that every call takes are not worth a word' not says 'building'
expect 'a second run configures nothing' test "$(grep -c -- --preset "$work/calls")" = 1
ln -s "$work/repo/unrecur" "$work/bin/link"
code=0
output=$(cd / && PATH=$work/bin:$PATH link verb 2>&1) || code=$?
expect 'it works through a link' says 'program in /: <verb>'
mv "$work/repo" "$work/moved" && cp -r "$work/moved" "$work/repo" && sed -i "s/repo/other/" "$work/repo/build/release/CMakeCache.txt"
run_as me verb
expect 'a checkout that was moved is configured anew' test "$(grep -c -- --preset "$work/calls")" = 2
rm -rf "$work/moved"

new_machine libfmt-dev ninja-build
stub sudo 'exit 1'
run_as nobody reproduce
expect 'without a way to root it stops with 4' test "$code" = 4
expect 'and prints the one line' says 'apt-get install --no-install-recommends libfmt-dev ninja-build'
expect 'and installs nothing' not called apt-get

new_machine libfmt-dev
stub sudo "echo sudo \"\$@\" >>$work/calls; while [[ \$1 == -* ]]; do shift; done; exec \"\$@\""
run_as nobody reproduce
expect 'sudo without a password is used' called '^sudo -n env .*apt-get .*install --no-install-recommends libfmt-dev'
expect 'the lists are renewed first' called '^apt-get .*update'
expect 'and the program runs' test "$code" = 10

if [[ $EUID -eq 0 ]]; then
  new_machine libfmt-dev chromium
  run_as me test -R models
  expect 'root installs directly, tests included' called '^apt-get .*install .*chromium libfmt-dev'
  expect 'ctest gets the arguments' called '^ctest .*build/test .*-R models'
  expect 'its closing line is shown' says '100% tests passed'

  new_machine libfmt-dev
  touch "$work/no_network"
  run_as me reproduce
  expect 'a failed installation ends with 4' test "$code" = 4
  expect 'and shows the log' says 'no network'
fi

new_machine chromium
stub sudo 'exit 1'
run_as nobody test
expect 'tests run without what they can skip' test "$code" = 0

new_machine
touch "$work/broken"
run_as nobody reproduce
expect 'a failed build ends with 4' test "$code" = 4
expect 'and shows the error' says 'a.cc:1: error: broken'

# Below four others of its kind it stops instead of multiplying.
new_machine
UNRECUR_WRAPPERS=4 run_as me check model
expect 'it stops below itself' test "$code" -eq 4
expect 'it says that it called itself' says 'has called itself'
expect 'nothing is built below itself' not called cmake

if ((failures)); then exit 1; fi
echo 'the wrapper holds'
