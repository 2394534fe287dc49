#!/usr/bin/env bash
# The package's own scripts under a running systemd: what runs is restarted by an upgrade, goes back to an older version, stays as it was.
# Needs root, debootstrap, systemd-container, dpkg-deb, and npm run build before it. Three minutes; the first time five more.
# Usage: test/systemd/package.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=test/systemd/machine.sh
source test/systemd/machine.sh

npx tsc -p systemd/deb
build() { node build/deb-program/systemd/deb/main.js --arch "$(dpkg --print-architecture)" --out "$work" "$@" | cut -d' ' -f1; }
# deb FILE: apt would ask the network.
deb() { inside env DEBIAN_FRONTEND=noninteractive dpkg -i "/root/$1" >"$work/dpkg.log" 2>&1; local status=$?; cat "$work/dpkg.log" >>"$work/all.log"; return "$status"; }
both_online() { show StatusText | grep -q "bus online" && show StatusText knxpi@second | grep -q "bus online"; }
both_down() { is ActiveState inactive && is ActiveState inactive knxpi@second; }
pids() { echo "$(pid) $(show MainPID knxpi@second)"; }
# both_new "PID PID": neither is what it was, and both run
both_new() {
  local one other former_one former_other
  read -r former_one former_other <<<"$1"
  read -r one other <<<"$(pids)"
  [[ $one != 0 && $other != 0 && $one != "$former_one" && $other != "$former_other" ]] &&
    is ActiveState active && is ActiveState active knxpi@second
}
runs() { [[ $(inside knxpi --version) == "$1" ]]; }
# When it left: not before dpkg had the new one complete.
left_late() {
  local complete
  complete=$(inside awk '/ configure knxpi/ { at = $1 " " $2 } END { print at }' /var/log/dpkg.log)
  (($(date -d "$(show ActiveExitTimestamp)" +%s) >= $(date -d "$complete UTC" +%s)))
}

# ── the machine
this=$(build)
prepare
apt_in "$tree" "$(dpkg --print-architecture)" satisfy "$(dpkg-deb -f "$this" Depends)" >"$work/apt.log" 2>&1 || { tail -20 "$work/apt.log"; exit 1; }
cp "$this" "$tree/root/this.deb"
cp "$(build --version 99.0.0)" "$tree/root/next.deb"
# As old as the first that is known to the conversion of the state.
cp "$(build --version 0.1.0)" "$tree/root/old.deb"
boot
inside systemd-run -q --unit=chip node /opt/chip.mjs

# ── installing
check "installed" deb this.deb
check "it starts with the machine" inside systemctl is-enabled knxpi
check "but not before its configuration was written" is ActiveState inactive
inside sh -c 'sed -i "s|port: .*|port: tcp://127.0.0.1:4000|" /etc/knxpi/house.yaml
sed "s/instance: house/instance: second/; s/1.1.250/1.2.250/; s|^# mqtt:|mqtt:|; s|^#   url:.*|  url: mqtt://127.0.0.1:1883\n  base: knx2|" /etc/knxpi/house.yaml > /etc/knxpi/second.yaml'
check "two lines start" inside systemctl start knxpi knxpi@second
within 20 "both are online" both_online

# ── upgrading what runs
before=$(pids)
check "upgrade" deb next.deb
check "the newer one is there" runs 99.0.0
within 20 "both lines run it" both_new "$before"
check "the old one ran until the new one was complete" left_late
within 20 "both are online again" both_online

# ── going back
before=$(pids)
check "back to this version" deb this.deb
within 20 "both lines run it" both_new "$before"
within 20 "both are online again" both_online
before=$(pids)
check "back to 0.1.0, whose state is another" deb old.deb
check "nobody had to leave a state as it was" bash -c "! grep -q 'stays as it is' $work/dpkg.log"
check "both states were converted for it" test "$(grep -c 'format 3 → 2' "$work/dpkg.log")" = 2
within 20 "both lines run again" both_new "$before"
within 20 "both are online again" both_online
check "nothing is left of what the scripts noted down" inside test ! -e /run/knxpi-package
before=$(pids)
check "and forward again" deb this.deb
within 20 "both lines run it" both_new "$before"
within 20 "both are online again" both_online

# ── what was stopped stays so; what cannot run says why
inside systemctl stop knxpi knxpi@second
check "upgrade of what was stopped" deb next.deb
check "it stays so" both_down
check "back" deb this.deb
check "it stays so" both_down
inside systemctl disable -q knxpi
inside systemctl start knxpi
within 20 "online" status "bus online"
inside sh -c 'echo "nonsense: true" >> /etc/knxpi/house.yaml'
check "an upgrade with a configuration that is not accepted goes on" deb next.deb
check "and says so" grep -q "does not accept /etc/knxpi/house.yaml" "$work/dpkg.log"
within 20 "it does not run, and is not tried again" is ActiveState failed
check "it ended with 78" is ExecMainStatus 78
check "disabled, it stays so" bash -c "$(declare -f inside); leader=$leader; ! inside systemctl is-enabled knxpi"
inside sed -i '$d' /etc/knxpi/house.yaml
check "corrected, it starts" inside systemctl restart knxpi
within 20 "online" status "bus online"

# ── gone
inside systemctl start knxpi@second
within 20 "both are online" both_online
check "remove" inside dpkg -r knxpi
check "both were stopped" both_down
check "nobody of it is left" bash -c "$(declare -f inside); leader=$leader; ! inside pgrep -u knxpi"
check "the unit is gone" is LoadState not-found
check "the state is not" inside test -e /var/lib/knxpi/state.json
check "purge" inside dpkg -P knxpi
check "now it is" bash -c "! ls -d $tree/etc/knxpi $tree/var/lib/knxpi* 2>/dev/null | grep ."
if ((failed > 0)); then
  inside journalctl -b --no-pager -u "knxpi*" | tail -60
  cat "$work/all.log"
  exit 1
fi
