# shellcheck shell=bash
# shellcheck disable=SC2034 # whoever sources this reads the reason
# A Slurm site of its own on this machine: munged, slurmctld and slurmd for two nodes with two processors each, and where
# they are installed a database and slurmdbd for its accounts; all in one folder, on ports of their own. Sourced by slurm_test.sh.

# Starts a database and slurmdbd of the site, and sets $accounting to the lines of slurm.conf that name them; leaves
# lines without accounts, and the reason in $accounts_reason, where they do not start.
start_accounts() {
  local port=$1 program user
  accounting='AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none'
  for program in mariadbd mariadb-install-db slurmdbd sacctmgr sacct; do
    if ! command -v "$program" >/dev/null; then
      accounts_reason="$program is missing: install the packages slurmdbd and mariadb-server"
      return
    fi
  done
  user=$(id -un)
  if ! mariadb-install-db --no-defaults --user="$user" --datadir="$site/accounts" --auth-root-authentication-method=normal \
    --skip-test-db >"$site/log/accounts" 2>&1; then
    accounts_reason="the database is not made: $(tail -n 1 "$site/log/accounts")"
    return
  fi
  mariadbd --no-defaults --user="$user" --datadir="$site/accounts" --socket="$socket/database" --bind-address=127.0.0.1 \
    --port="$((port + 4))" --pid-file="$site/database.pid" >>"$site/log/accounts" 2>&1 &
  for _ in $(seq 60); do
    [[ -S $socket/database ]] && break
    sleep 0.5
  done
  (umask 077 && cat >"$site/slurmdbd.conf") <<CONF
AuthType=auth/munge
AuthInfo=socket=$socket/socket
DbdHost=$(hostname -s)
DbdAddr=127.0.0.1
DbdPort=$((port + 5))
SlurmUser=$user
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$((port + 4))
StorageUser=root
StorageLoc=accounts
LogFile=$site/log/slurmdbd
PidFile=$site/slurmdbd.pid
CONF
  SLURM_CONF=$site/slurm.conf slurmdbd 2>>"$site/log/accounts"
  for _ in $(seq 60); do
    if grep -q "slurmdbd version .* started" "$site/log/slurmdbd" 2>/dev/null; then
      accounting="AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$((port + 5))
AccountingStoragePass=$socket/socket
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=5"
      has_accounts=yes
      return
    fi
    sleep 0.5
  done
  accounts_reason="slurmdbd does not start: $(tail -n 1 "$site/log/slurmdbd" "$site/log/accounts" 2>/dev/null)"
}

# Starts the site in FOLDER and exports SLURM_CONF; returns 1 with the reason in $site_reason where it does not start.
start_site() {
  local folder=$1 program port
  for program in munged slurmctld slurmd sbatch squeue scancel scontrol; do
    if ! PATH=$PATH:/usr/sbin command -v "$program" >/dev/null; then
      site_reason="$program is missing: install the packages slurmctld, slurmd, slurm-client and munge"
      return 1
    fi
  done
  if [[ $(id -u) != 0 ]]; then
    site_reason="slurmd starts jobs as root alone"
    return 1
  fi
  PATH=$PATH:/usr/sbin
  site=$folder
  mkdir -p "$site"/{state,spool,log}
  # munged wants nobody else to write anywhere on the way to its files; its socket's path is short.
  socket=$(mktemp -d /run/unrecur-slurm-XXXXXX) || { site_reason="/run cannot be written"; return 1; }
  chmod 755 "$socket"
  (umask 077 && head -c 1024 /dev/urandom >"$socket/key")
  munged --force --key-file="$socket/key" --socket="$socket/socket" --pid-file="$socket/pid" \
    --log-file="$socket/log" --seed-file="$socket/seed" 2>/dev/null || { site_reason="munged does not start"; return 1; }
  port=$((20000 + $$ % 20000))
  has_accounts='' accounts_reason=''
  start_accounts "$port"
  cat >"$site/slurm.conf" <<CONF
ClusterName=unrecur
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$socket/socket
CredType=cred/munge
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmctldPidFile=$site/slurmctld.pid
SlurmdPidFile=$site/slurmd-%n.pid
SlurmctldLogFile=$site/log/slurmctld
SlurmdLogFile=$site/log/slurmd-%n
StateSaveLocation=$site/state
SlurmdSpoolDir=$site/spool/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
KillWait=30
JobRequeue=1
MinJobAge=2
$accounting
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1,requeue_delay=1
NodeName=n1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=2 State=UNKNOWN
NodeName=n2 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 3)) CPUs=2 State=UNKNOWN
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$site/slurm.conf
  if [[ -n $has_accounts ]]; then sacctmgr -i add cluster unrecur >>"$site/log/accounts" 2>&1; fi
  slurmctld -c 2>/dev/null && slurmd -N n1 -c 2>/dev/null && slurmd -N n2 -c 2>/dev/null
  for _ in $(seq 60); do
    [[ $(sinfo -h -N -o %t 2>/dev/null | grep -c idle) == 2 ]] && return 0
    sleep 0.5
  done
  site_reason="its nodes do not come up: $(tail -n 1 "$site/log/slurmctld" 2>/dev/null)"
  return 1
}

# Ends every job and every daemon of the site, by the numbers that they wrote down.
stop_site() {
  local file
  [[ -n ${site:-} ]] || return 0
  scancel -u root 2>/dev/null
  for _ in $(seq 40); do
    [[ -z $(squeue -h -t running,completing 2>/dev/null) ]] && break
    sleep 0.5
  done
  local pids=()
  for file in "$site"/slurmctld.pid "$site"/slurmd-*.pid "$site"/slurmdbd.pid "$site"/database.pid "${socket:-/nowhere}/pid"; do
    [[ -s $file ]] && pids+=("$(cat "$file")")
  done
  kill "${pids[@]}" 2>/dev/null
  # Those that still write would keep their folders from going.
  for _ in $(seq 40); do
    kill -0 "${pids[@]}" 2>/dev/null || break
    sleep 0.25
  done
  [[ -n ${socket:-} ]] && rm -rf "$socket"
}
