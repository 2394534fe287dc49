#!/usr/bin/env bash
# The tests on another processor: a clean tree of Debian with its own Node, and the packages the lockfile names for that processor.
#   test/deb/tests-on.sh arm64|armhf [FOLDER-OR-FILE …]      needs root, debootstrap, qemu-user-static
# Last line: N passed, N failed, N skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
source test/deb/tree.sh

arch=$1
shift
declare -A cpus=([amd64]=x64 [arm64]=arm64 [armhf]=arm)
work=$(mktemp -d /var/tmp/knxpi-tests.XXXXXX)
tree=$work/tree
trap 'rm -rf --one-file-system "$work"' EXIT

# All but what has deadlines of the real time, spawns programs by the dozen, or writes figures of this machine down: shell, cli, torture,
# fuzz, install. What of these depends on a processor is the serial port's binding, and try.sh opens that.
folders=(test/core test/golden test/config test/project test/sim)
# Searches of the pure core, which know nothing of a processor: hours, where it is emulated and fifteen times slower.
left_out=(
  test/core/stack/download-cut.test.ts
  test/core/stack/4-tlsm/search/search.test.ts
  test/core/app/bridge/month.test.ts
  test/core/stack/day.test.ts
  test/core/stack/noise.test.ts
  # A telegram comes before the answer that it waits for.
  test/sim/pty.test.ts
)
if (($# > 0)); then folders=("$@"); fi
patterns=()
for name in "${left_out[@]}"; do patterns+=("--exclude" "$name"); done

make_tree "$arch" "$tree"
apt_in "$tree" "$arch" install nodejs socat openssl >/dev/null
mkdir "$tree/knxpi"
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --ignore-failed-read --warning=no-failed-read -cf - | tar -C "$tree/knxpi" -xf -
(cd "$tree/knxpi" && npm ci --cpu="${cpus[$arch]}" --os=linux --libc=glibc --ignore-scripts --no-audit --no-fund)
in_tree "$tree" sh -c 'cd /knxpi && exec node node_modules/vitest/vitest.mjs run --config test/vitest.config.ts \
  --testTimeout=300000 --hookTimeout=300000 "$@"' vitest "${patterns[@]}" "${folders[@]}"
