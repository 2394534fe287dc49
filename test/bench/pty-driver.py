"""
The bus side of the benchmarks: pseudo terminals behind which TP-UART 2 chips seem to sit.

Commands come as JSON, one a line, on standard input; each is answered by one line of JSON. Times are those of
CLOCK_MONOTONIC in nanoseconds, which every process of the machine shares.

  {"do": "open", "name": N}                        -> {"path": "/dev/pts/5"}
  {"do": "play", "name": N, "pid": P, "groups": [...], "telegrams": 480, "rate": 48, "paced": true}
      sends 1-bit group writes -> {"acks", "ends", "late", "cpu", "wall", "rss"}
  {"do": "first", "name": N, "groups": [...], "within": 5}
      sends telegrams until one is acknowledged -> {"at": ns or null}
"""

import errno
import gc
import json
import os
import select
import sys
import time
import tty

OCTET_NS = 1_354_167
"""13 bit times at 9600 bit/s."""
SPIN_NS = 250_000
"""The last part of a wait is spent looking at the clock, because a sleep ends late."""
MARGIN_NS = 20_000
ANSWERS = {0x01: b"\x03", 0x02: b"\x07", 0x20: b"\x41"}
DATA_OCTETS = {0x24: 1, 0x28: 2}
ACKNOWLEDGE = 0x11

now = time.monotonic_ns


class Chip:
    """One pseudo terminal; answers what a host asks of a TP-UART 2, and keeps the moments of its acknowledges."""

    def __init__(self):
        self.master, self.slave = os.openpty()
        tty.setraw(self.master)
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.skip = 0
        self.acknowledged = []
        self.resets = 0
        self.telegrams = 0

    def path(self):
        return os.ttyname(self.slave)

    def read(self):
        try:
            octets = os.read(self.master, 4096)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EIO):
                return
            raise
        at = now()
        for octet in octets:
            if self.skip > 0:
                self.skip -= 1
            elif octet == ACKNOWLEDGE:
                self.acknowledged.append(at)
            elif octet & 0xC0 in (0x80, 0x40):
                self.skip = 1
            else:
                self.skip = DATA_OCTETS.get(octet, 0)
                self.resets += octet == 0x01
                if octet in ANSWERS:
                    self.write(ANSWERS[octet])

    def write(self, octets):
        """The terminal holds 4096 octets; a program that does not read in time loses what does not fit."""
        try:
            os.write(self.master, octets)
        except BlockingIOError:
            pass

    def next_telegram(self, groups):
        """L_Data of 9 octets from 1.1.20: A_GroupValue_Write of one bit, every group in its turn, each time the other value."""
        turn, place = divmod(self.telegrams, len(groups))
        self.telegrams += 1
        group = groups[place]
        body = [0xBC, 0x11, 0x14, group >> 8, group & 0xFF, 0xE1, 0x00, 0x80 | (turn & 1)]
        check = 0xFF
        for octet in body:
            check ^= octet
        return group, bytes([*body, check])


chips = {}
poll = select.poll()


def serve(milliseconds):
    """Lets every chip answer; returns true when a command is waiting."""
    command = False
    for fd, _ in poll.poll(milliseconds):
        if fd == sys.stdin.fileno():
            command = True
        else:
            chips[fd].read()
    return command


def wait_until(deadline):
    while (left := deadline - SPIN_NS - now()) > 0:
        if left < 1_000_000:
            time.sleep(left / 1e9)
        else:
            poll_chips(left // 1_000_000)
    while now() < deadline:
        pass


def poll_chips(milliseconds):
    poll.unregister(sys.stdin.fileno())
    serve(milliseconds)
    poll.register(sys.stdin.fileno(), select.POLLIN)


def send(chip, octets, start, paced):
    """Returns when octet 6 became readable, and when the last one did."""
    if not paced:
        wait_until(start)
        at = now()
        chip.write(octets)
        return at, at
    sixth = 0
    for index in range(len(octets)):
        deadline = start + index * OCTET_NS
        if index > 5:
            watch(chip, deadline)
        wait_until(deadline)
        last = now()
        chip.write(octets[index : index + 1])
        if index == 5:
            sixth = last
    return sixth, last


def watch(chip, deadline):
    """An acknowledge is awaited looking at the terminal all the time, so that its moment is exact."""
    while not chip.acknowledged and now() < deadline - MARGIN_NS:
        chip.read()


def play(chip, groups, telegrams, rate, paced, pid):
    acks, ends, late = [], [], 0
    period = 1_000_000_000 // rate
    cpu, begin = cpu_seconds(pid), now()
    start = begin + 5_000_000
    for index in range(telegrams):
        chip.acknowledged.clear()
        group, octets = chip.next_telegram(groups)
        sixth, last = send(chip, octets, start + index * period, paced)
        late = max(late, last - start - index * period - (len(octets) - 1) * OCTET_NS) if paced else 0
        ends.append([group, last])
        watch(chip, start + (index + 1) * period)
        wait_until(start + (index + 1) * period - SPIN_NS - MARGIN_NS)
        acks.append((chip.acknowledged[0] - sixth) / 1e6 if chip.acknowledged else None)
    return {
        "acks": acks,
        "ends": ends,
        "late": late / 1e6,
        "cpu": cpu_seconds(pid) - cpu,
        "wall": (now() - begin) / 1e9,
        "rss": rss_octets(pid),
    }


def first(chip, groups, within):
    """The chip answers at once; telegrams follow each other from the first reset request on."""
    end = now() + int(within * 1e9)
    while not chip.resets and now() < end:
        poll_chips(1)
    chip.acknowledged.clear()
    while not chip.acknowledged and now() < end:
        _, octets = chip.next_telegram(groups)
        start = now()
        send(chip, octets, start, True)
        watch(chip, start + 20_000_000)
    return {"at": chip.acknowledged[0] if chip.acknowledged else None}


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_octets(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main():
    gc.disable()
    names = {}
    poll.register(sys.stdin.fileno(), select.POLLIN)
    while True:
        if not serve(1_000):
            continue
        line = os.read(sys.stdin.fileno(), 65_536)
        if not line:
            return
        command = json.loads(line)
        what, name = command.pop("do"), command.pop("name")
        if what == "open":
            chip = names[name] = Chip()
            chips[chip.master] = chip
            poll.register(chip.master, select.POLLIN)
            answer = {"path": chip.path()}
        elif what == "play":
            answer = play(names[name], **command)
        else:
            answer = first(names[name], **command)
        print(json.dumps(answer), flush=True)


main()
