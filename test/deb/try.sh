#!/usr/bin/env bash
# The package in a clean Debian: installed, used, installed again, upgraded, removed, purged.
#   test/deb/try.sh [amd64|arm64|armhf]      needs root, debootstrap, and npm run build before it
# Last line: N passed, N failed, N skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
source test/deb/tree.sh

arch=${1:-$(dpkg --print-architecture)}
work=$(mktemp -d /var/tmp/knxpi-deb.XXXXXX)
tree=$work/tree
passed=0 failed=0
summary() {
  local status=$?
  rm -rf --one-file-system "$work"
  if ((status != 0 && failed == 0)); then failed=1; fi
  echo "$passed passed, $failed failed, 0 skipped"
}
trap summary EXIT

# check TEXT COMMAND…: holds if the command succeeds; what it prints is shown if it does not.
check() {
  local text=$1 begin=$SECONDS output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "ok      $text ($((SECONDS - begin)) s)"
  else
    failed=$((failed + 1))
    echo "FAILED  $text"
    # shellcheck disable=SC2001
    sed 's/^/        /' <<<"$output" | tail -n 40
  fi
}

inside() { in_tree "$tree" "$@"; }
apt() { apt_in "$tree" "$arch" "$@"; }
# says LINE COMMAND…: one of the lines it prints.
says() {
  local output
  output=$("${@:2}")
  grep -qxF -- "$1" <<<"$output" || { echo "expected: $1"; echo "is: $output"; return 1; }
}
# is PATH MODE OWNER GROUP
is() { says "$2 $3:$4" inside stat -c '%a %U:%G' "$1"; }
has() { [[ -e $tree$1 || -L $tree$1 ]]; }
lacks() { ! has "$1"; }
# Everything on the disk but what package managers and programs of the system write for themselves.
files() {
  (cd "$tree" && find . \( -path ./proc -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./root -o -path ./var/cache -o -path ./var/log \
    -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/lib/systemd \) -prune -o -printf '%p %y\n' | sort)
}

echo "── packages for $arch"
# `npm run deb` but for the build: who calls this has done that.
npx tsc -p systemd/deb
build() { node build/deb-program/systemd/deb/main.js --arch "$arch" "$@" | cut -d' ' -f1; }
deb=$(build --out "$work")
next=$(build --out "$work" --version 99.0.0)
# As old as the first that is known to the conversion of the state.
old=$(build --out "$work" --version 0.1.0)

echo "── a clean $SUITE"
begin=$SECONDS
make_tree "$arch" "$tree"
echo "tree: $((SECONDS - begin)) s"
cp "$deb" "$tree/root/knxpi.deb"
cp "$next" "$tree/root/next.deb"
cp "$old" "$tree/root/old.deb"
cp test/deb/in-tree.mjs "$tree/root/"
check "what it depends on is all in $SUITE" apt satisfy "$(dpkg-deb -f "$deb" Depends)"
# For the pseudo terminal of the demo.
check "socat" apt install socat
before=$(files)

echo "── installed"
check "apt install" apt install /root/knxpi.deb
check "knxpi --version" says "$(dpkg-deb -f "$deb" Version | cut -d- -f1)" inside knxpi --version
check "the configuration it brings is right" inside knxpi check /etc/knxpi/house.yaml
check "/etc/knxpi" is /etc/knxpi 2770 root knxpi
check "/etc/knxpi/house.yaml" is /etc/knxpi/house.yaml 640 knxpi knxpi
check "the user is in dialout" inside sh -c 'id -nG knxpi | grep -qw dialout'
check "the user cannot log in" inside sh -c 'getent passwd knxpi | grep -q nologin$'
check "every file of it is root's, and nobody else may write" \
  inside sh -c '! dpkg -L knxpi | xargs -d "\n" stat -c "%U:%G %A %n" | grep -v "^root:root l" | grep -vE "^root:root .{4}.-.{2}-"'
check "what was installed is what was built" inside dpkg --verify knxpi
check "starts with the machine" has /etc/systemd/system/multi-user.target.wants/knxpi.service
check "systemd-analyze verify" inside sh -c 'out=$(systemd-analyze verify --man=no knxpi.service 2>&1) && test -z "$out" || { echo "$out"; false; }'
check "udev accepts the rules" inside sh -c '! command -v udevadm || udevadm verify --no-summary /usr/lib/udev/rules.d/*knxpi*'
check "nothing was compiled, nothing that compiles is needed" lacks /usr/bin/cc
echo "size: $(inside sh -c 'dpkg-query -W -f "\${Installed-Size} kB" knxpi'), package $(($(stat -c %s "$deb") / 1000)) kB"

echo "── used"
check "every module loads" inside node /root/in-tree.mjs modules
check "a real run over a pty" inside node /root/in-tree.mjs bridge

echo "── again, newer, gone"
echo "# mine" >>"$tree/etc/knxpi/house.yaml"
# Beside the state of the run before; the service would own it.
echo state >"$tree/var/lib/knxpi/mine"
inside chown -R knxpi:knxpi /var/lib/knxpi
check "the run left a state" has /var/lib/knxpi/state.json
kept() { says "# mine" tail -n 1 "$tree/etc/knxpi/house.yaml" && says state cat "$tree/var/lib/knxpi/mine"; }
check "apt reinstall" apt install --reinstall /root/knxpi.deb
check "configuration and state are kept" kept
check "disabled by hand" inside systemctl disable knxpi.service
check "upgrade" apt install /root/next.deb
check "the newer one runs" says 99.0.0 inside knxpi --version
check "configuration and state are kept" kept
check "what was disabled stays disabled" lacks /etc/systemd/system/multi-user.target.wants/knxpi.service
check "back to the older one" apt install --allow-downgrades /root/knxpi.deb
check "configuration and state are kept" kept
check "back to 0.1.0" apt install --allow-downgrades /root/old.deb
check "the state was converted for it" lacks /var/lib/knxpi/state.json
check "configuration and state are kept" kept
check "upgrade from 0.1.0" apt install /root/knxpi.deb
echo "nonsense: true" >>"$tree/etc/knxpi/house.yaml"
wrong() {
  local output
  output=$(apt install /root/next.deb 2>&1) && grep -q "does not accept /etc/knxpi/house.yaml" <<<"$output"
}
check "an upgrade names a configuration that is not accepted, and goes on" wrong
sed -i '$d' "$tree/etc/knxpi/house.yaml"
check "remove" apt remove knxpi
check "the program is gone" lacks /usr/bin/knxpi
check "nothing of it in /usr" test -z "$(find "$tree/usr" -name '*knxpi*')"
check "configuration and state are kept" kept
check "installed once more" apt install /root/knxpi.deb
check "with the old configuration" kept
check "purge" apt purge knxpi
after=$(files)
check "nothing is left behind" diff <(echo "$before") <(echo "$after")
((failed == 0))
