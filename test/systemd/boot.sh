#!/usr/bin/env bash
# A machine with the real systemd of a Debian, in a container, with knxpi installed by `knxpi install`: does it start, come back, reload, stop?
# Needs root, debootstrap, systemd-container, and a built dist/ (or DIST=another folder). Three minutes; the first time five more.
# Usage: test/systemd/boot.sh [bookworm|trixie]
set -euo pipefail
cd "$(dirname "$0")/../.."
SUITE=${1:-trixie}
# shellcheck source=test/systemd/machine.sh
source test/systemd/machine.sh

knxpi() { inside node /usr/lib/node_modules/knxpi/dist/main.js "$@"; }

# ── the machine
prepare socat
home=$tree/usr/lib/node_modules/knxpi
mkdir -p "$home/node_modules"
cp -r "${DIST:-dist}" "$home/dist"
cp -r systemd package.json "$home"
boot --bind-ro="$PWD/node_modules:/usr/lib/node_modules/knxpi/node_modules" --bind-ro="$(command -v node):/usr/local/bin/node"

# ── installing
knxpi install >/dev/null
check "a dry run changes nothing" bash -c "! test -e $tree/etc/systemd/system/knxpi.service"
check "install" knxpi install --apply
check "a second time there is nothing to do" bash -c "$(declare -f inside knxpi); leader=$leader; knxpi install | grep -q 'Nothing to do'"
check "the units are clean" bash -c "$(declare -f inside); leader=$leader; [[ -z \$(inside systemd-analyze verify knxpi.service knxpi@second.service knxpi.slice 2>&1) ]]"
check "exposure at most 2.0" inside systemd-analyze security --threshold=20 knxpi.service
if inside udevadm verify --help >/dev/null 2>&1; then check "the udev rules are clean" inside udevadm verify /etc/udev/rules.d/99-knxpi.rules; fi
check "enabled" inside systemctl is-enabled knxpi

# ── starting with nothing there: no network, no broker, no serial port
check "starts without a serial port" inside systemctl start knxpi
check "is ready" is ActiveState active
within 10 "says that the port is missing" status "no serial port"
check "runs as its own user" [ "$(inside ps -o user= -p "$(pid)")" = knxpi ]
check "people of the group may use the control socket" bash -c "$(declare -f inside); leader=$leader; inside stat -c '%G %a' /run/knxpi/house.sock | grep -q '^knxpi 660'"
check "knxpi status" knxpi status

# ── with a chip, access by a group inside of the sandbox, a credential, a write of the configuration
inside systemd-run -q --unit=chip node /opt/chip.mjs
inside install -d -m 0700 /etc/credstore
echo secret | inside tee /etc/credstore/knxpi.mqtt-password >/dev/null
inside sh -c 'echo dialout > /opt/for-dialout; chgrp dialout /opt/for-dialout; chmod 0640 /opt/for-dialout; mkdir -p /etc/systemd/system/knxpi.service.d
printf "[Service]\nExecStartPre=/bin/cat /opt/for-dialout\nExecStartPre=/bin/sh -c \"test -r \$CREDENTIALS_DIRECTORY/knxpi.mqtt-password\"\nExecStartPre=/bin/sh -c \"touch /etc/knxpi/.try && rm /etc/knxpi/.try\"\nExecStartPre=/bin/sh -c \"! touch /etc/try\"\nWatchdogSec=6\nRestartSec=1\n" > /etc/systemd/system/knxpi.service.d/test.conf
systemctl daemon-reload
sed -i "s|port: .*|port: tcp://127.0.0.1:4000|" /etc/knxpi/house.yaml'
check "starts again; group dialout, credential, configuration directory are at hand, the rest of /etc is not" inside systemctl restart knxpi
within 15 "the bus is online" status "bus online (tpuart2)"

# ── a terminal device of group dialout, which comes and goes
inside systemd-run -q --unit=tty -p Restart=always -p RestartSec=1 \
  socat PTY,link=/run/knx-tty,group=dialout,mode=660,raw,echo=0 TCP:127.0.0.1:4000
inside sh -c 'printf "[Service]\nDeviceAllow=char-pts rw\n" > /etc/systemd/system/knxpi.service.d/pts.conf
systemctl daemon-reload
sed -i "s|port: .*|port: /run/knx-tty|" /etc/knxpi/house.yaml'
check "starts on a terminal device" inside systemctl restart knxpi
within 15 "online through it" status "bus online"
first=$(pid)
inside systemctl stop tty
within 15 "gone, it is missed" status "no serial port"
inside systemd-run -q --unit=tty2 -p Restart=always -p RestartSec=1 \
  socat PTY,link=/run/knx-tty,group=dialout,mode=660,raw,echo=0 TCP:127.0.0.1:4000
within 45 "back, it is used again" status "bus online"
check "by the same process" [ "$(pid)" = "$first" ]
inside systemctl stop tty2
inside sed -i "s|port: .*|port: tcp://127.0.0.1:4000|" /etc/knxpi/house.yaml
inside systemctl restart knxpi
within 15 "online on the other port" status "bus online"

# ── the watchdog
first=$(pid)
sleep 8
check "the watchdog is fed" [ "$(pid)" = "$first" ]
inside kill -STOP "$first"
within 30 "a process that stands still is replaced" another_pid "$first"
check "because of the watchdog" logged "Watchdog timeout"
within 15 "the bus is online again" status "bus online"
second=$(pid)
inside kill -KILL "$second"
within 15 "killed, it comes back" another_pid "$second"
within 15 "and online" status "bus online"
third=$(pid)
inside systemctl kill -s STOP chip
within 30 "a mute chip is said" status "bus offline"
sleep 10
check "and no reason for another process" [ "$(pid)" = "$third" ]
inside systemctl kill -s CONT chip
within 60 "online when it answers again" status "bus online"
notifier=$(inside pgrep -P "$third" perl || true)
inside kill -KILL "$notifier"
sleep 8
check "whoever tells the service manager is replaced in time" [ "$(pid)" = "$third" ]

# ── reloading
check "reload" inside systemctl reload knxpi
within 10 "the configuration was read" logged "configuration loaded"
within 10 "and it is ready again" is SubState running
inside sed -i 's/address: 1.1.250/address: 99/' /etc/knxpi/house.yaml
inside systemctl reload knxpi
within 10 "one with errors changes nothing" logged "the configuration has errors: the one that runs goes on"
check "the same process" [ "$(pid)" = "$third" ]
inside systemctl restart knxpi >/dev/null 2>&1 || true
sleep 3
check "started with errors, it is not tried again" is ActiveState failed
check "and ended with 78" is ExecMainStatus 78
inside sed -i 's/address: 99/address: 1.1.250/' /etc/knxpi/house.yaml

# ── a second line
inside sh -c 'sed "s/instance: house/instance: second/; s/1.1.250/1.2.250/; s|^# mqtt:|mqtt:|; s|^#   url:.*|  url: mqtt://127.0.0.1:1883\\n  base: knx2|" /etc/knxpi/house.yaml > /etc/knxpi/second.yaml'
check "both lines run" inside systemctl start knxpi knxpi@second
within 15 "the second one too" bash -c "$(declare -f inside); leader=$leader; inside systemctl show -P StatusText knxpi@second | grep -q 'bus online'"
check "with a state of its own" inside test -d /var/lib/knxpi-second
inside systemctl stop knxpi@second
check "the socket of the first stays" inside test -S /run/knxpi/house.sock

# ── stopping, removing
check "stop" inside systemctl stop knxpi
check "in order" is Result success
check "nothing is left of it" bash -c "$(declare -f inside); leader=$leader; ! inside pgrep -u knxpi"
check "uninstall" knxpi uninstall --apply
check "no unit is left" bash -c "! ls $tree/etc/systemd/system/ | grep knxpi | grep -v service.d"
check "the configuration stays" test -f "$tree/etc/knxpi/house.yaml"
check "unless it is to go" knxpi uninstall --apply --purge
check "with the state" bash -c "! ls -d $tree/etc/knxpi $tree/var/lib/knxpi* 2>/dev/null | grep ."
if ((failed > 0)); then
  inside journalctl -b --no-pager -u 'knxpi*' | tail -60
  exit 1
fi
