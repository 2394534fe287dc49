# shellcheck shell=bash
# Clean trees of Debian, for scripts that source this: what debootstrap makes is kept as an archive and unpacked anew each time.
# Needs root and debootstrap; for Arm on another processor also qemu-user-static and binfmt_misc.

SUITE=${SUITE:-trixie}
MIRROR=${MIRROR:-http://deb.debian.org/debian}
CACHE=${KNXPI_CACHE:-/var/cache/knxpi}
# Lists of packages that are older than this point to versions the mirror no longer has.
CACHE_DAYS=14

# make_tree ARCH DIR: a minimal system in DIR, which must not exist.
make_tree() {
  local arch=$1 dir=$2 archive=$CACHE/$SUITE-$1.tar
  can_run "$arch"
  mkdir -p "$CACHE/archives-$arch"
  if [[ -z $(find "$archive" -mtime "-$CACHE_DAYS" 2>/dev/null) ]]; then bootstrap "$arch" "$archive"; fi
  mkdir "$dir"
  tar -C "$dir" --numeric-owner -xf "$archive"
  # mktemp made the first one, for root alone.
  chmod 755 "$dir"
}

# in_tree DIR COMMAND…: runs it as root of the tree. Mounts and processes end with it, whatever happens.
in_tree() {
  local dir=$1
  shift
  # shellcheck disable=SC2016 # $1 is the inner one
  unshare --mount --pid --fork --kill-child bash -euc '
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/run"
    dir=$1
    shift
    exec chroot "$dir" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
      DEBIAN_FRONTEND=noninteractive "$@"' tree "$dir" "$@"
}

# apt_in DIR ARCH ARGUMENTS…: apt-get with the packages of earlier runs at hand, so that the second run needs no network.
apt_in() {
  local dir=$1 arch=$2
  shift 2
  cp -un "$CACHE/archives-$arch/"*.deb "$dir/var/cache/apt/archives/" 2>/dev/null || true
  in_tree "$dir" apt-get -q -o Acquire::Retries=3 -o APT::Keep-Downloaded-Packages=true \
    --no-install-recommends -y "$@" || return
  cp -un "$dir/var/cache/apt/archives/"*.deb "$CACHE/archives-$arch/" 2>/dev/null || true
}

bootstrap() {
  local arch=$1 archive=$2 fresh
  fresh=$(mktemp -d "$CACHE/bootstrap.XXXXXX")
  debootstrap --arch="$arch" --variant=minbase "$SUITE" "$fresh" "$MIRROR" >&2
  # As installations of Debian 12 and later have them: security updates and the point release.
  in_tree "$fresh" apt-get -q -o Acquire::Retries=3 -o Acquire::Languages=none update >&2
  in_tree "$fresh" apt-get clean
  rm -f "$CACHE/archives-$arch/"*.deb
  tar -C "$fresh" --numeric-owner -cf "$archive.new" .
  mv "$archive.new" "$archive"
  rm -rf --one-file-system "$fresh"
}

# Foreign processors: the kernel hands their programs to qemu-user. Flag F opens it now, so that it need not be in the tree.
can_run() {
  local emulator
  case $1 in
    "$(dpkg --print-architecture)") return ;;
    arm64) emulator=aarch64 ;;
    armhf) emulator=arm ;;
    *) echo "no emulator known for $1" >&2; return 1 ;;
  esac
  if [[ ! -e /proc/sys/fs/binfmt_misc/register ]]; then
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  fi
  if [[ -e /proc/sys/fs/binfmt_misc/qemu-$emulator ]]; then return; fi
  if [[ ! -e /usr/lib/binfmt.d/qemu-$emulator.conf ]]; then
    echo "$1 needs an emulator: apt install qemu-user-static" >&2
    return 1
  fi
  cat "/usr/lib/binfmt.d/qemu-$emulator.conf" >/proc/sys/fs/binfmt_misc/register
}
