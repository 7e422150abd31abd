#!/usr/bin/env bash
# The README's two commands on a Debian 13 (trixie) that has nothing but git: debootstrap makes it, the last commit is
# cloned into it. As root, with debootstrap; packages come from where this machine's apt gets Debian's. Takes half an hour
# to an hour on two cores and 4 GB of disk.
# Usage: trixie.sh [FOLDER]    the system is made in FOLDER and left there; without, in a temporary one
set -euo pipefail
root=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
suite=trixie

stop() {
  printf 'trixie.sh: %s\n' "$1" >&2
  exit 1
}
[[ $EUID -eq 0 ]] || stop 'only root can make a system and enter it'
for tool in debootstrap unshare chroot git; do
  command -v "$tool" >/dev/null || stop "needs $tool (apt-get install debootstrap util-linux coreutils git)"
done
# shellcheck disable=SC2016 # apt expands it
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | sort | head -n 1)
[[ -n $mirror ]] || stop "this machine's apt knows no archive of Debian to take $suite from"

if [[ $# -gt 0 ]]; then
  mkdir -p "$1"
  system=$(readlink -f "$1")
else
  system=$(mktemp -d)
  trap 'rm -rf --one-file-system "$system"' EXIT
fi

# Nothing is mounted but /proc, in a namespace that ends with the command.
inside() {
  unshare --mount --pid --fork --mount-proc="$system/proc" chroot "$system" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

if [[ ! -x $system/usr/bin/git ]]; then
  debootstrap --variant=minbase --include=git "$suite" "$system" "$mirror"
fi
# How this machine reaches the network.
cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
apt-config dump | grep -E '^Acquire::https?::Proxy' >"$system/etc/apt/apt.conf.d/90network" || true

rm -rf --one-file-system "$system/unrecur"
git clone -q --no-local "$root" "$system/unrecur"
inside bash -c 'cd /unrecur && time ./unrecur reproduce'
inside bash -c 'cd /unrecur && time ./unrecur reproduce --dry-run >/dev/null'
inside bash -c 'cd /unrecur && time ./unrecur test'
echo "the two commands work on $suite"
