# shellcheck shell=bash
# A container with the real systemd of a Debian, for scripts that source this: checks, and commands inside of it.
# Needs root, debootstrap, systemd-container. SUITE names the Debian.
# shellcheck source=test/deb/tree.sh
source test/deb/tree.sh

failed=0 passed=0
work=$(mktemp -d /var/tmp/knxpi-boot.XXXXXX)
tree=$work/tree
machine="" leader=""
cleanup() {
  if [[ -n $machine ]]; then
    # SIGRTMIN+4: power off
    kill -s RTMIN+4 "$leader" 2>/dev/null || true
    for _ in $(seq 50); do kill -0 "$machine" 2>/dev/null || break; sleep 0.2; done
    kill -KILL "$leader" "$machine" 2>/dev/null || true
    wait "$machine" 2>/dev/null || true
  fi
  rm -rf --one-file-system "$work"
  echo "$passed passed, $failed failed, 0 skipped"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

ok() { passed=$((passed + 1)); echo "ok    $*"; }
bad() { failed=$((failed + 1)); echo "FAIL  $*"; }
# check TEXT COMMAND…
check() { local text=$1; shift; if "$@" >/dev/null 2>&1; then ok "$text"; else bad "$text"; fi; }
# within SECONDS TEXT COMMAND…: it becomes true
within() {
  local deadline=$((SECONDS + $1)) text=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then bad "$text"; return; fi
    sleep 0.3
  done
  ok "$text"
}
inside() { nsenter -t "$leader" -m -u -i -n -p -C env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }
show() { inside systemctl show -P "$1" "${2:-knxpi}"; }
is() { [[ $(show "$1" "${3:-knxpi}") == "$2" ]]; }
logged() { inside journalctl -o cat -b -u knxpi --no-pager | grep -q -- "$1"; }
status() { show StatusText | grep -q -- "$1"; }
pid() { show MainPID; }
another_pid() { [[ $(pid) != 0 && $(pid) != "$1" ]] && is ActiveState active; }

# prepare PACKAGE…: a tree with a system to boot and these packages, before it has no network any more.
prepare() {
  local arch
  arch=$(dpkg --print-architecture)
  make_tree "$arch" "$tree"
  apt_in "$tree" "$arch" install systemd systemd-sysv dbus udev procps "$@" >"$work/apt.log" 2>&1 ||
    { tail -20 "$work/apt.log"; exit 1; }
  mkdir -p "$tree/opt"
  cp test/systemd/chip.js "$tree/opt/chip.mjs"
}

booted() { [[ $(inside systemctl is-system-running 2>/dev/null) =~ ^(running|degraded)$ ]]; }
# boot [OPTION…]: of systemd-nspawn
boot() {
  systemd-nspawn -q -D "$tree" --boot --register=no --keep-unit --private-network --console=pipe "$@" </dev/null >"$work/console.log" 2>&1 &
  machine=$!
  for _ in $(seq 50); do
    leader=$(pgrep -P "$machine" || true)
    [[ -n $leader ]] && break
    sleep 0.2
  done
  within 60 "a machine with $(inside systemctl --version | head -1)" booted
}
