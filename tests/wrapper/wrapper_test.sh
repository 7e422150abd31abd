#!/usr/bin/env bash
# Tests ./unrecur against stand-ins for dpkg-query, apt-get, sudo, cmake and ctest that note how they were called.
# Usage: wrapper_test.sh ROOT
set -euo pipefail
source_root=$(readlink -f "${1:?the root of the project}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
export UNRECUR_OS_RELEASE=$work/os-release DPKG_ADMINDIR=$work/dpkg
failures=0

stub() { printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1" && chmod +x "$work/bin/$1"; }

# A new checkout in $work/repo, on a machine that lacks the packages named in $work/absent.
new_machine() {
  rm -rf "${work:?}"/*
  mkdir -p "$work/bin" "$work/repo/theory/norms" "$work/dpkg"
  cp "$source_root/unrecur" "$source_root/CMakePresets.json" "$work/repo/"
  echo 'int a;' >"$work/repo/theory/norms/a.cc"
  echo 'int b;' >"$work/repo/theory/norms/b.cc"
  : >"$work/dpkg/status"
  distribution debian 12
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

# distribution ID VERSION [WORD]: what the machine says that it is
distribution() { printf 'ID=%s\nVERSION_ID="%s"\nPRETTY_NAME="The %s %s"\n' "$1" "$2" "$1" "$2" >"$work/os-release"; }

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
touch "$work/repo/theory/norms/a.cc"
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
run_as nobody python
expect 'without the module in the build it stops' test "$code" = 4
mkdir -p "$work/repo/build/release/python" && chmod -R a+rwX "$work/repo/build"
run_as nobody python
expect 'the Python module gives the line that finds it' says "export PYTHONPATH=$work/repo/build/release/python"
expect 'and that alone' test "$code" = 0

new_machine
touch "$work/broken"
run_as nobody reproduce
expect 'a failed build ends with 4' test "$code" = 4
expect 'and shows the error' says 'a.cc:1: error: broken'

# The package that has Arb, by distribution.
asked_for() { # ID VERSION, on a machine that lacks every package whose name differs
  new_machine libflint-dev libflint-arb-dev chromium poppler-utils
  stub sudo 'exit 1'
  # shellcheck disable=SC2016
  stub apt-cache '[[ -n ${UNRECUR_KNOWN:-} && $2 == "$UNRECUR_KNOWN" ]]'
  distribution "$1" "$2"
  run_as nobody test
}
asked_for debian 12
expect 'Debian 12 has Arb by itself' says 'install --no-install-recommends chromium libflint-arb-dev poppler-utils'
asked_for debian 13
expect 'Debian 13 has it in FLINT' says 'install --no-install-recommends chromium libflint-dev poppler-utils'
asked_for debian ''
expect 'so have testing and unstable' says 'install --no-install-recommends chromium libflint-dev poppler-utils'
asked_for ubuntu 24.04
expect 'so has Ubuntu, whose Chromium is no package' says 'install --no-install-recommends libflint-dev poppler-utils'
expect 'neither is called old' not says older
asked_for ubuntu 22.04
expect 'an older one has Arb by itself' says 'install --no-install-recommends libflint-arb-dev poppler-utils'
expect 'and is told that it is older' says 'The ubuntu 22.04 is older than'
UNRECUR_KNOWN=libflint-arb-dev asked_for mint 21
expect 'elsewhere apt is asked: what it knows is taken' says 'libflint-arb-dev'
UNRECUR_KNOWN='' asked_for mint 23
expect 'elsewhere apt is asked: what it does not know is not' not says 'libflint-arb-dev'

new_machine
distribution fedora 41
rm "$work/bin/apt-get" "$work/bin/dpkg-query"
tools=(bash cat chmod cp dirname env find flock git grep head mkdir nproc readlink rm sed sha256sum sort stat tail tee touch awk)
for tool in "${tools[@]}"; do if path=$(command -v "$tool"); then ln -sf "$path" "$work/bin/$tool"; fi; done
code=0
output=$(cd "$work" && PATH=$work/bin ./repo/unrecur reproduce 2>&1) || code=$?
expect 'without apt it says what is needed' says 'The fedora 41 has no apt: nothing is installed here. What this needs, by its Debian names: g++ cmake'
expect 'and builds with what is there' test "$code" = 10

# The fast start: what nothing changed under asks neither the package manager nor the build.
new_machine
# shellcheck disable=SC2016
stub dpkg-query "echo dpkg-query >>$work/calls; "'for p in "$@"; do case $p in -*) ;; *) echo "ii $p" ;; esac; done'
git -C "$work/repo" init -q
git -C "$work/repo" config user.email someone@example.org
git -C "$work/repo" config user.name Someone
printf '/build/\n' >"$work/repo/.gitignore"
echo '# words' >"$work/repo/README.md"
git -C "$work/repo" add -A
git -C "$work/repo" commit -qm one
run_as me check one
: >"$work/calls"
# looked WHAT: the next call looks at packages and build, and the one after it does not
looked() {
  run_as me check again
  expect "$1: the build is looked at" called '^cmake --build'
  : >"$work/calls"
  run_as me check again
  expect "$1: once" not called '.'
}
run_as me check two
expect 'where nothing changed nothing is asked' not called '.'
expect 'and the program runs' says 'program in'" $work: <check> <two>"
cd "$work/repo"
echo 'int c;' >theory/norms/a.cc && touch -d 2001-01-01 theory/norms/a.cc
looked 'a changed file, dated back'
touch -r theory/norms/b.cc "$work/date" && echo 'int d;' >theory/norms/b.cc && touch -r "$work/date" theory/norms/b.cc
looked 'a changed file of the same size and date'
rm theory/norms/b.cc
looked 'a removed file'
mkdir theory/spectra && echo >theory/spectra/c.cc
looked 'a new folder with a file'
mv theory/spectra theory/other
looked 'a renamed folder'
echo '# a wrapper' >>unrecur
looked 'a changed wrapper'
git commit -qam two
looked 'a commit'
git commit -q --allow-empty -m three
looked 'a commit that changes nothing but its name'
rm build/release/unrecur
looked 'a removed program'
rm build/release/build.ninja
looked 'a removed configuration'
echo >>"$DPKG_ADMINDIR/status"
looked 'a package that came or went'
rm build/release/.ready && echo garbage >build/release/.ready
looked 'a damaged note'
touch "$work/broken" theory/norms/a.cc
run_as me check again
expect 'after a failed build' test "$code" = 4
run_as me check again
expect 'after a failed build the next call builds' test "$code" = 4
rm "$work/broken"
looked 'after it was mended'
mkdir -p out runs/my && echo >out/result.json && echo >runs/my/model
run_as me check again
expect 'results are no sources' not called '.'
sed -i "s|\[1/2\]|\[1/2\]|; s|^ *echo '\[1|echo 'int e;' >$work/repo/theory/norms/a.cc\n&|" "$work/bin/cmake"
touch theory/norms/a.cc
run_as me check again
: >"$work/calls"
run_as me check again
expect 'what changes during a build is for the next call' called '^cmake --build'
cd "$work"

# How fast that is, with as many files as the project has.
new_machine
(cd "$source_root" && find . -path './.*' -prune -o -path ./build -prune -o -path ./results -prune -o -type f -print0) |
  (cd "$source_root" && xargs -0 cp --parents -t "$work/repo")
git -C "$work/repo" init -q
git -C "$work/repo" add -A
run_as me --help
# Processor time: it waits for nothing, so on a machine with a core to spare that is the time it takes.
TIMEFORMAT='%3U %3S'
least=1000000
for ((i = 0; i < 5; i++)); do
  read -r user system < <({ time (run_as me --help >/dev/null 2>&1); } 2>&1)
  took=$((10#${user/./} + 10#${system/./}))
  if ((took < least)); then least=$took; fi
done
: >"$work/calls"
run_as me --help
expect "it is ready" not called '.'
expect "a later call takes under 200 ms, found $least ms" test "$least" -lt 200

# Below four others of its kind it stops instead of multiplying.
new_machine
UNRECUR_WRAPPERS=4 run_as me check model
expect 'it stops below itself' test "$code" -eq 4
expect 'it says that it called itself' says 'has called itself'
expect 'nothing is built below itself' not called cmake

if ((failures)); then exit 1; fi
echo 'the wrapper holds'
