#!/usr/bin/env bash
# Runs jobs through a real Slurm that is started for this test, and asks of them what is asked of local ones: a task that
# is cancelled, one that is killed, a node that goes down, a time limit, a `reproduce` that goes away and two at once;
# in the end every result has the bits of a local run.
# Usage: slurm_test.sh PROGRAM. Exit code 77: skipped, with the reason.
set -uo pipefail
program=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR disable=SC1091
source "$here/site.sh"
site_reason=${site_reason:-}
work=$(mktemp -d)
trap 'stop_site; rm -rf "$work"' EXIT
export UNRECUR_DATA='' OPENBLAS_NUM_THREADS=1
cd "$work" || exit 1

fail() {
  printf 'FAILED: %s\n' "$1" >&2
  "$program" status cluster >&2
  squeue -r >&2
  tail -n 3 cluster/jobs/*/log.txt >&2
  exit 1
}

# wait_until SECONDS WHAT COMMAND...: until the command succeeds.
wait_until() {
  local seconds=$1 what=$2
  shift 2
  for _ in $(seq $((seconds * 4))); do
    "$@" && return 0
    sleep 0.25
  done
  fail "$what did not happen within $seconds seconds"
}

mkdir configs
cat >configs/gap.toml <<'TOML'
experiment = "gap"
[claim]
C8 = "The gap decays geometrically."
[tier.smoke]
seeds = [1, 2, 3, 4, 5]
minutes = 0.1
disk_mib = 1
[tier.smoke.base]
cell = "elman"
task = "teacher"
hidden = 24
epochs = 250
learning_rate = 0.05
kmax = 5
[[tier.smoke.variant]]
stable_set = "spectral"
lambda = 0.9
TOML

# Words and no function, so that with & the number in $! is the program's own.
reproduce=("$program" reproduce gap --configs configs)
counts() { "$program" status cluster --json 2>/dev/null | grep -A 8 '"counts"'; }
has_count() { counts | grep -q "\"$1\": $2"; }
some_running() { counts | grep -q '"running": [1-9]'; }
tells_progress() { "$program" status cluster | grep -q "^running .* of .* left"; }
heartbeat_of() { grep -qs '"phase":"running"' cluster/jobs/*/heartbeat.json; }
# The task's number in Slurm of the first job that runs, "4_1".
running_task() { squeue -h -r -t running -o %i | head -n 1; }
state_of() { squeue -h -r -t all -o '%i %T' | awk -v id="$1" '$1 == id {print $2}'; }
has_no_task() { [[ -z $(squeue -h -r -t running,pending,completing -o %i) ]]; }

if ! start_site "$work/site"; then
  printf 'skipped: Slurm does not start here: %s\n' "$site_reason"
  exit 77
fi

echo "a local run, to compare with"
"${reproduce[@]}" --out local >/dev/null 2>local.err || fail "the local run: $(tail -n 1 local.err)"

echo "an array whose reproduce goes away"
"${reproduce[@]}" --out cluster --executor slurm >first.out 2>first.err &
first=$!
wait_until 60 "a running task" some_running
wait_until 60 "a heartbeat" heartbeat_of
kill -KILL "$first"
wait "$first" 2>/dev/null
wait_until 30 "a rate and a time left in what status says" tells_progress
some_running || fail "the array ended with the program that submitted it"

echo "a task that is cancelled saves and says so"
cancelled=$(running_task)
scancel "$cancelled"
wait_until 60 "the stop of task $cancelled" has_count stopped 1
ls cluster/jobs/*/*checkpoint* >/dev/null 2>&1 || fail "the cancelled task saved nothing"

echo "a task that is killed is told as a failure"
killed=$(running_task)
scancel -b -s KILL "$killed"
wait_until 60 "the failure of task $killed" has_count failed 1
"$program" status cluster | grep -q "it was killed" || fail "status does not say that it was killed"

echo "a node that goes down gives its tasks back to the queue"
lost=$(squeue -h -r -t running -w n1 -o %i | head -n 1)
node=n1
if [[ -z $lost ]]; then
  lost=$(squeue -h -r -t running -w n2 -o %i | head -n 1)
  node=n2
fi
if [[ -n $lost ]]; then
  scontrol update nodename="$node" state=down reason=test
  requeued() { scontrol -o show job "$lost" | grep -q 'Restarts=[1-9]\|JobState=COMPLETED'; }
  wait_until 30 "the requeue of task $lost" requeued
  scontrol -o show job "$lost" | grep -q 'Restarts=[1-9]' || echo "  (task $lost ended before; not tested)"
  # It comes back by itself where its daemon has registered again already.
  scontrol update nodename="$node" state=resume 2>/dev/null
else
  echo "  (no task was left on a node; not tested)"
fi

echo "two submissions at once: what runs is waited for, what ended is run again"
"${reproduce[@]}" --out cluster --executor slurm >second.out 2>second.err &
second=$!
"${reproduce[@]}" --out cluster --executor slurm >third.out 2>third.err &
third=$!
wait "$second" || fail "the second reproduce: $(tail -n 1 second.err)"
wait "$third" || fail "the third reproduce: $(tail -n 1 third.err)"
has_count "done" 5 || fail "not every job has a result"
ls -A cluster/jobs/*/.*.tmp >/dev/null 2>&1 && fail "a half-written file is left"

same_bits() { "$program" report cluster --against local --json | grep -q '"identical": 5'; }
same_bits || fail "the bits differ from those of a local run"

echo "the time limit lets a task save"
sed -i 's/epochs = 250/epochs = 100000/' configs/gap.toml
"${reproduce[@]}" --out cluster --executor slurm --seeds 1 >fourth.out 2>fourth.err &
fourth=$!
wait_until 60 "a running task" some_running
wait_until 60 "a heartbeat" heartbeat_of
scontrol update jobid="$(running_task)" timelimit=1
wait_until 120 "the stop at the time limit" has_count stopped 1
wait_until 60 "the end of the array" has_no_task
kill -TERM "$fourth" 2>/dev/null
wait "$fourth" 2>/dev/null
"$program" status cluster | grep -q "^stopped " || fail "status does not say that it stopped"

if [[ -n ${has_accounts:-} ]]; then
  echo "accounts tell of what the queue has forgotten"
  is_forgotten() { [[ -z $(squeue -h -r -t all -o %i) ]]; }
  wait_until 120 "the end of what the queue remembers" is_forgotten
  # It stopped by itself, with the exit code of what was interrupted, before Slurm would have ended it.
  accounts_tell() { "$program" status cluster | grep -q "^stopped .*Slurm: FAILED, 2:0; training stopped"; }
  wait_until 30 "the end of the task in what status says from accounts" accounts_tell
else
  echo "  (accounts not tested: ${accounts_reason:-unknown})"
fi
echo "passed"
