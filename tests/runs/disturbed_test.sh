#!/usr/bin/env bash
# Runs that are disturbed end with the bits of one that is not: thirty SIGKILLs at jobs drawn by chance, four side by side,
# and at `reproduce` itself now and then; a disk that is full; and memory that is not enough for one model of two.
# Usage: disturbed_test.sh PROGRAM [smoke: the whole smoke suite instead of a small experiment]
set -uo pipefail
program=$(realpath "$1")
what=${2:-small}
work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null; rm -rf "$work"' EXIT
export UNRECUR_DATA='' OPENBLAS_NUM_THREADS=1
cd "$work" || exit 1
RANDOM=20260131 # the same draws every time, as far as the jobs' times are the same

fail() {
  printf 'FAILED: %s\n' "$1" >&2
  [[ -d ${2:-} ]] && "$program" status "$2" >&2
  exit 1
}

mkdir configs
cat >configs/gap.toml <<'TOML'
experiment = "gap"
[claim]
C8 = "The gap decays geometrically."
[tier.smoke]
seeds = [1, 2, 3, 4]
minutes = 0.1
disk_mib = 1
[tier.smoke.base]
cell = "elman"
task = "teacher"
hidden = 24
epochs = 150
learning_rate = 0.05
kmax = 5
[[tier.smoke.variant]]
stable_set = "none"
[[tier.smoke.variant]]
stable_set = "spectral"
lambda = 0.9
TOML

# Words and no function, so that with & the number in $! is the program's own, and its children are the jobs.
if [[ $what == smoke ]]; then
  reproduce=("$program" reproduce all --jobs 4)
else
  reproduce=("$program" reproduce gap --configs configs --jobs 4)
fi
results() { find "$1/jobs" -name result.json | wc -l; }

"${reproduce[@]}" --out whole >/dev/null 2>whole.err || fail "the undisturbed run: $(tail -n 1 whole.err)"
count=$(results whole)

kills=0
tries=0
while ((kills < 30 && tries < 200)); do
  tries=$((tries + 1))
  "${reproduce[@]}" --out killed >>killed.out 2>&1 &
  runner=$!
  while kill -0 "$runner" 2>/dev/null && ((kills < 30)); do
    sleep "0.$((RANDOM % 5 + 1))"
    mapfile -t jobs < <(pgrep -P "$runner")
    if ((${#jobs[@]} == 0)); then continue; fi
    # One in ten is the runner: its jobs save their state then.
    if ((RANDOM % 10 == 0)); then victim=$runner; else victim=${jobs[RANDOM % ${#jobs[@]}]}; fi
    kill -KILL "$victim" 2>/dev/null && kills=$((kills + 1))
  done
  wait "$runner" 2>/dev/null
  # All done before thirty kills: from the start again, with what was killed so far behind it.
  if ((kills < 30)) && [[ $(results killed) == "$count" ]]; then
    "$program" report killed --against whole --json | grep -q "\"identical\": $count," || fail "other bits after $kills kills" killed
    rm -rf killed
  fi
done
# Jobs whose runner was killed save and end; the next call waits for them.
for _ in 1 2 3; do "${reproduce[@]}" --out killed >>killed.out 2>&1 && break; done
[[ $(results killed) == "$count" ]] || fail "after $kills kills not every job has a result" killed
"$program" report killed --against whole --json | grep -q "\"identical\": $count," || fail "other bits after $kills kills" killed
ls -A killed/jobs/*/.*.tmp >/dev/null 2>&1 && fail "a half-written file is left"
echo "$kills kills: the same bits in $count results"

mkdir disk
if mount -t tmpfs -o size=64k none disk 2>/dev/null; then
  "${reproduce[@]}" --out disk/out >full.out 2>full.err
  code=$?
  [[ $code == 4 ]] || fail "on a full disk: exit code $code instead of 4: $(tail -n 1 full.err)"
  grep -qi "no space left" full.err full.out || fail "a full disk is not named: $(tail -n 2 full.err)"
  mount -o remount,size=64m disk
  "${reproduce[@]}" --out disk/out >full.out 2>full.err || fail "after the disk grew: $(tail -n 1 full.err)" disk/out
  "$program" report disk/out --against whole --json --html full.html | grep -q "\"identical\": $count," || fail "other bits after a full disk"
  echo "a full disk: told, and the same bits afterwards"
else
  echo "no tmpfs can be mounted here: a full disk is not tested"
fi

# Sanitizers reserve more addresses than any limit leaves.
if [[ $what != smoke ]] && (ulimit -v 3000000 && "$program" --version >/dev/null 2>&1); then
  mkdir large
  sed 's/^lambda = 0.9$/lambda = 0.9\nhidden = 30000/' configs/gap.toml >large/gap.toml
  # Ten thousand times what the small model takes; the limit leaves the program itself room.
  (ulimit -v 3000000 && "$program" reproduce gap --configs large --jobs 2 --out memory >memory.out 2>memory.err)
  code=$?
  [[ $code == 4 ]] || fail "out of memory: exit code $code instead of 4: $(tail -n 1 memory.err)" memory
  [[ $(grep -c "failed: out of memory" memory.err) == 4 ]] || fail "out of memory is not told: $(tail -n 2 memory.err)" memory
  "$program" status memory | grep -q "^failed .*hidden=30000.*: out of memory" || fail "status does not tell of it" memory
  "$program" report memory --against whole --json --html memory.html | grep -q '"identical": 4,' || fail "other jobs have other bits" memory
  echo "out of memory: told, and the other jobs are as they were"
fi
