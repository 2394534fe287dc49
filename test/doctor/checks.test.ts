import { describe, expect, test } from "vitest";
import { checkAddress } from "../../src/doctor/checks/address.ts";
import { checkClock } from "../../src/doctor/checks/clock.ts";
import { checkConfiguration } from "../../src/doctor/checks/configuration.ts";
import { checkMachine } from "../../src/doctor/checks/machine.ts";
import { checkPower } from "../../src/doctor/checks/power.ts";
import { checkRunning, readStatus } from "../../src/doctor/checks/running.ts";
import { checkService, checkState } from "../../src/doctor/checks/service.ts";
import { checkStorage } from "../../src/doctor/checks/storage.ts";
import type { Facts } from "../../src/doctor/facts/facts.ts";
import { throttledIn } from "../../src/doctor/facts/power.ts";
import { type Finding, GROUPS, speaker } from "../../src/doctor/finding.ts";
import { instanceOf } from "../../src/doctor/instance.ts";
import type { ServiceReport } from "../../src/doctor/probe/systemd.ts";
import { exitStatus, reportJson, reportLines } from "../../src/doctor/report.ts";
import { lookAt } from "./machine.ts";

const factsOf = (machine: string, change = ""): Facts =>
  lookAt(machine, change, ({ facts }) => facts);
const shortOf = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ check, status }) => `${check} ${status}`);
const said = (findings: readonly Finding[], check: string): Finding | undefined =>
  findings.find((finding) => finding.check === check);

describe("the machine", () => {
  test.each([
    ["pi-zero-w", "Raspberry Pi Zero W Rev 1.1, 440 MB", "32 bit, kernel 6.1.21+"],
    ["pi-3b", "Raspberry Pi 3 Model B Rev 1.2, 946 MB", "32 bit, kernel 5.10.103-v7+"],
    ["pi-4b", "Raspberry Pi 4 Model B Rev 1.4, 3884 MB", "64 bit, kernel 6.6.31+rpt-rpi-v8"],
    ["pi-5", "Raspberry Pi 5 Model B Rev 1.0, 8245 MB", "64 bit, kernel 6.6.31+rpt-rpi-2712"],
  ])("%s", (machine, model, system) => {
    const findings = checkMachine(factsOf(machine));
    expect(said(findings, "model")?.what).toBe(model);
    expect(said(findings, "system")?.what).toContain(system);
  });

  test("a kernel with more bits than its programs", () => {
    const facts = factsOf("pi-3b", "@file /proc/sys/kernel/osrelease\n6.1.21-v8+");
    expect(said(checkMachine(facts), "system")?.what).toContain("kernel 64 bit, programs 32 bit");
  });

  test("a release that gets no updates, a Node that is too old, a board that is no Pi", () => {
    const old = { ...factsOf("pi-3b"), self: { uid: 0, gids: [0], node: "20.18.9" } };
    expect(shortOf(checkMachine(old))).toEqual(["model ok", "system warning", "node problem"]);
    expect(shortOf(checkMachine(factsOf("pc-ftdi")))[0]).toBe("model note");
  });

  test("a system that nobody knows is not fine", () => {
    expect(shortOf(checkMachine(factsOf("pi-4b", "@none /etc/os-release")))[1]).toBe("system note");
  });
});

describe("supply and heat", () => {
  // get_throttled: bits 0 to 3 now, 16 to 19 since the start.
  test.each([
    ["0", ["supply ok", "throttling ok"]],
    ["50000", ["supply warning", "throttling note"]],
    ["50005", ["supply problem", "throttling warning"]],
    ["80008", ["supply ok", "throttling warning"]],
    ["20002", ["supply ok", "throttling warning"]],
    ["e0000", ["supply ok", "throttling note"]],
  ])("get_throttled %s", (bits, expected) => {
    const change = `@file /sys/devices/platform/soc/soc:firmware/get_throttled\n${bits}`;
    const findings = checkPower(factsOf("pi-4b", change));
    expect(shortOf(findings).slice(0, 2)).toEqual(expected);
  });

  test("a kernel that does not show them has the alarm of the sensor at least", () => {
    expect(shortOf(checkPower(factsOf("pi-4b", "@none /sys/devices")))[0]).toBe("supply ok");
    const change = "@none /sys/devices\n@file /sys/class/hwmon/hwmon1/in0_lcrit_alarm\n1";
    expect(shortOf(checkPower(factsOf("pi-4b", change)))[0]).toBe("supply problem");
    expect(shortOf(checkPower(factsOf("pi-zero-w", "@none /sys/devices")))[0]).toBe(
      "supply skipped",
    );
  });

  test("what vcgencmd prints", () => {
    expect([throttledIn("throttled=0x50005"), throttledIn("50005"), throttledIn("error")]).toEqual([
      0x50005,
      0x50005,
      null,
    ]);
  });

  test("84 °C", () => {
    const change = "@file /sys/class/thermal/thermal_zone0/temp\n84250";
    expect(said(checkPower(factsOf("pi-4b", change)), "temperature")).toMatchObject({
      status: "warning",
      what: "the processor has 84.3 °C",
    });
  });
});

describe("disk and card", () => {
  const MMC = "/sys/block/mmcblk0/device";
  test.each([
    ["an SD card says nothing of its life", "", ["room ok", "card ok"]],
    ["99 MB", "@space / 99 29000 1700000", ["room problem", "card ok"]],
    ["400 MB", "@space / 400 29000 1700000", ["room warning", "card ok"]],
    ["no inodes", "@space / 9000 29000 12", ["room problem", "card ok"]],
    [
      "errors",
      "@file /sys/fs/ext4/mmcblk0p2/errors_count\n3",
      ["room ok", "file-system problem", "card ok"],
    ],
    [
      "read-only",
      "@file /proc/mounts\n/dev/mmcblk0p2 / ext4 ro,noatime 0 0",
      ["root problem", "room ok", "card ok"],
    ],
    [
      "an overlay",
      "@file /proc/mounts\n/dev/mmcblk0p2 / ext4 rw 0 0\noverlay / overlay rw,lowerdir=/lower 0 0",
      ["root note", "room ok", "card ok"],
    ],
    [
      "swap on the card",
      "@file /proc/swaps\nFilename Type Size Used Priority\n/var/swap file 102396 0 -2",
      ["room ok", "card ok", "swap note"],
    ],
    [
      "swap in memory",
      "@file /proc/swaps\nFilename Type Size Used Priority\n/dev/zram0 partition 102396 0 100",
      ["room ok", "card ok"],
    ],
    [
      "an eMMC with 90 % of its life used",
      `@file ${MMC}/life_time\n0x09 0x02`,
      ["room ok", "card warning"],
    ],
    ["an eMMC at its end", `@file ${MMC}/life_time\n0x0b 0x02`, ["room ok", "card problem"]],
    [
      "an eMMC whose reserve is used up",
      `@file ${MMC}/pre_eol_info\n0x03`,
      ["room ok", "card problem"],
    ],
  ])("%s", (_, change, expected) => {
    expect(shortOf(checkStorage(factsOf("pi-4b", change)))).toEqual(expected);
  });

  test("the eMMC of a Compute Module tells", () => {
    expect(said(checkStorage(factsOf("cm4")), "card")?.what).toBe(
      "eMMC BJTD4R made 08/2021 has used at most 20 % of its life",
    );
  });
});

describe("the clock", () => {
  const NOW = Date.UTC(2026, 10, 27, 10, 0, 0);
  test.each([
    ["told by timedatectl", "", true, NOW, "clock ok"],
    ["set by timesyncd once, says its mark", "", null, NOW, "clock ok"],
    ["not set", "", false, NOW, "clock warning"],
    ["nobody can tell", "@none /run/systemd/timesync", null, NOW, "clock skipped"],
    ["1970", "", true, 0, "clock problem"],
  ])("%s", (_, change, synchronised, now, expected) => {
    const findings = checkClock(factsOf("pi-4b", change), { synchronised, now });
    expect(shortOf(findings)).toEqual([expected, "rtc note"]);
  });

  test("a Pi 5 has a clock of its own", () => {
    expect(shortOf(checkClock(factsOf("pi-5"), { synchronised: true, now: NOW }))).toEqual([
      "clock ok",
    ]);
  });
});

describe("the service", () => {
  const UNIT = "@file /lib/systemd/system/knxpi.service\n[Service]\nUser=knxpi\nGroup=knxpi";
  const ENABLED = `${UNIT}\n@link /etc/systemd/system/multi-user.target.wants/knxpi.service /lib/systemd/system/knxpi.service`;
  const MASKED = `${UNIT}\n@link /etc/systemd/system/knxpi.service /dev/null`;
  const RUNS: ServiceReport = {
    load: "loaded",
    active: "active",
    sub: "running",
    enabled: "enabled",
    restarts: 0,
    result: "success",
    status: 0,
  };

  test.each([
    ["not there", "", null, ["service note"]],
    ["not enabled", UNIT, RUNS, ["service warning", "service-state ok"]],
    ["masked", MASKED, null, ["service problem"]],
    ["runs", ENABLED, RUNS, ["service ok", "service-state ok"]],
    [
      "stopped",
      ENABLED,
      { ...RUNS, active: "inactive", sub: "dead" },
      ["service ok", "service-state note"],
    ],
    [
      "started again by the watchdog",
      ENABLED,
      { ...RUNS, restarts: 2, result: "watchdog" },
      ["service ok", "service-state warning"],
    ],
    [
      "failed",
      ENABLED,
      { ...RUNS, active: "failed", sub: "failed", result: "exit-code", status: 78 },
      ["service ok", "service-state problem"],
    ],
  ])("%s", (_, change, report, expected) => {
    expect(shortOf(checkService(factsOf("pi-4b", change), report))).toEqual(expected);
  });

  test("what its exit status means", () => {
    const report = { ...RUNS, active: "failed", sub: "failed", result: "exit-code", status: 78 };
    expect(said(checkService(factsOf("pi-4b", ENABLED), report), "service-state")?.remedy[0]).toBe(
      "Configuration or state cannot be used: knxpi check /etc/knxpi/house.yaml, or else journalctl -u knxpi -e",
    );
  });

  const STATE = `${ENABLED}
@owner /var/lib/knxpi 750 999:999
@space /var/lib/knxpi 21000 29000 1700000
@file /etc/passwd
root:x:0:0:root:/root:/bin/bash
pi:x:1000:1000:,,,:/home/pi:/bin/bash
knxpi:x:999:999::/nonexistent:/usr/sbin/nologin`;
  test.each([
    ["not there yet", ENABLED, ["state note"]],
    ["as it should be", STATE, ["state ok"]],
    ["of somebody else", `${STATE}\n@owner /var/lib/knxpi 750 0:0`, ["state problem"]],
    ["without room", `${STATE}\n@space /var/lib/knxpi 12 29000 1700000`, ["state problem"]],
    [
      "with a crash",
      `${STATE}\n@file /var/lib/knxpi/recordings/crash-2026-11-24T03-14-15Z.knxrec\nx`,
      ["state ok", "recordings warning"],
    ],
  ])("its directory %s", (_, change, expected) => {
    expect(shortOf(checkState(factsOf("pi-4b", change)))).toEqual(expected);
  });
});

describe("the running bridge", () => {
  const STATUS = {
    version: "1.2.3",
    instance: "house",
    uptime: 90_000,
    address: "1.1.250",
    programmingMode: false,
    addressConflict: null,
    link: { state: "online", bus: "online", chip: "tpuart2" },
    counters: { "rx.telegrams": 5_000, "ack.sent": 4_000 },
  };
  const check = (change: object) => {
    const status = readStatus({ ...STATUS, ...change });
    return status === undefined ? [] : checkRunning(status, "1.2.3", instanceOf());
  };

  test.each([
    ["all is well", {}, ["running ok", "chip ok", "bus ok", "own-address ok"]],
    [
      "another version",
      { version: "1.0.0" },
      ["running warning", "chip ok", "bus ok", "own-address ok"],
    ],
    [
      "no bus voltage",
      { link: { ...STATUS.link, bus: "no_power" } },
      ["running ok", "bus problem", "own-address ok"],
    ],
    [
      "no chip",
      { link: { ...STATUS.link, bus: "no_chip", chip: null } },
      ["running ok", "chip problem", "own-address ok"],
    ],
    [
      "somebody else with our address",
      { addressConflict: { frames: 7, secondsAgo: 200 } },
      ["running ok", "chip ok", "bus ok", "own-address problem"],
    ],
    [
      "late acknowledges",
      { counters: { ...STATUS.counters, "ack.late": 900 } },
      ["running ok", "chip ok", "bus ok", "own-address ok", "acknowledge warning"],
    ],
    [
      "a few late acknowledges",
      { counters: { ...STATUS.counters, "ack.late": 5 } },
      ["running ok", "chip ok", "bus ok", "own-address ok"],
    ],
    [
      "damaged telegrams",
      { counters: { ...STATUS.counters, "dl.check-octet": 400 } },
      ["running ok", "chip ok", "bus ok", "own-address ok", "damaged warning"],
    ],
    [
      "resets",
      { counters: { "chip.unexpected-resets": 2 } },
      ["running ok", "chip ok", "bus ok", "own-address ok", "chip-resets warning"],
    ],
    [
      "a part that does not work",
      { parts: [{ name: "mqtt", state: "waiting", restarts: 9, problem: "no broker answers" }] },
      ["running ok", "part-mqtt problem", "chip ok", "bus ok", "own-address ok"],
    ],
  ])("%s", (_, change, expected) => {
    expect(shortOf(check(change))).toEqual(expected);
  });

  test("what is no status", () => {
    expect(readStatus({ version: 1 })).toBeUndefined();
  });
});

describe("own address", () => {
  const SCAN = { line: "1.1", devices: [], acknowledged: [] };
  test.each([
    ["nobody", SCAN, "ok"],
    ["a device", { ...SCAN, devices: [{ address: "1.1.250", mask: "07B0" }] }, "problem"],
    ["somebody who says nothing", { ...SCAN, acknowledged: ["1.1.250"] }, "problem"],
    ["somebody who is busy", { ...SCAN, busy: ["1.1.250"] }, "note"],
    ["no scan", null, "skipped"],
  ])("%s is there", (_, scan, status) => {
    expect(checkAddress("1.1.250", scan).status).toBe(status);
  });
});

describe("the configuration", () => {
  const at = { path: "mqtt.password_file", line: 9, column: 3, code: "unreadable" };
  const denied = { ...at, message: "EACCES: permission denied, open '/etc/knxpi/secret'" };
  const wrong = { ...at, path: "knx.address", code: "missing", message: "address is needed" };
  test.each([
    ["not there, and nobody has named it", false, null, "note"],
    ["not there, though named", true, null, "problem"],
    ["with an error", false, { ok: false as const, errors: [wrong], warnings: [] }, "problem"],
    [
      "with a secret of somebody else",
      false,
      { ok: false as const, errors: [denied], warnings: [] },
      "skipped",
    ],
  ])("%s", (_, named, loaded, status) => {
    expect(checkConfiguration("house.yaml", named, loaded, instanceOf())[0]?.status).toBe(status);
  });
});

describe("the report", () => {
  const port = speaker("port");
  const FINDINGS = [
    speaker("power").ok("supply", "good"),
    port.problem("uart", "the mini UART", "Add:", "enable_uart=1"),
    port.skipped("holder", "not for this user", "sudo knxpi doctor"),
  ];

  test("by group, what to do below, a summary at the end", () => {
    expect(reportLines(FINDINGS)).toEqual([
      "Serial port",
      "  ✗ uart    the mini UART",
      "            → Add:",
      "            → enable_uart=1",
      "  - holder  not for this user",
      "            → sudo knxpi doctor",
      "",
      "Power",
      "  ✓ supply  good",
      "",
      "1 problem, 1 fine, 1 not looked at",
    ]);
  });

  test("only a problem makes the status 1", () => {
    expect(exitStatus(FINDINGS)).toBe(1);
    expect(exitStatus([port.warning("x", "y", "z"), port.ok("a", "b")])).toBe(0);
  });

  test("as JSON with its counts", () => {
    expect(reportJson(FINDINGS).summary).toEqual({
      ok: 1,
      note: 0,
      warning: 0,
      problem: 1,
      skipped: 1,
    });
  });

  test("each group has its place", () => {
    const all = GROUPS.map((group) => speaker(group).ok("x", group));
    expect(reportLines(all).filter((line) => line.startsWith("  ✓"))).toHaveLength(GROUPS.length);
  });
});
