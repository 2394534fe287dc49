import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Child, runChild, startChild } from "./child.ts";
import { type OpenHouse, openHouse } from "./house.ts";
import { type Knxd, startKnxd } from "./knxd.ts";
import { broadcast, individual, tpdus } from "./knxd-transport.ts";
import { PROGRAM, startKnxpi } from "./knxpi.ts";
import { describeWith } from "./peers.ts";
import { makeFolder } from "./workplace.ts";

/*
 * knxd sends and receives whole TPDUs, broadcasts and connectionless services here, over a chip of its own; knxpi, in a process of
 * its own, is the device (1.1.250) and the client.
 */
describeWith("knxd", "socat")("management between knxd and knxpi", () => {
  let house: OpenHouse;
  let knxd: Knxd;
  let bridge: Child;
  let socket: string;
  beforeAll(async () => {
    const folder = makeFolder();
    socket = join(folder, "control.sock");
    house = await openHouse(folder);
    [knxd, bridge] = await Promise.all([
      startKnxd(folder, house.peerPty.path),
      startKnxpi(folder, { port: house.pty.path, control: { socket } }),
    ]);
    await bridge.output.until("link up", (line) => line.includes("link up"));
  });

  /** Runs a command against the running bridge. @returns what it printed as JSON */
  const knxpi = async (...words: readonly string[]): Promise<unknown> => {
    const args = [PROGRAM, ...words, "--json", "--socket", socket];
    const { status, lines } = await runChild(process.execPath, args);
    if (status !== 0) throw new Error(`knxpi ${words.join(" ")} ended with ${status}: ${lines}`);
    return JSON.parse(lines.join("\n"));
  };

  test("a connection over raw TPDUs: T_Connect, descriptor, T_ACK, authorize, T_Disconnect", async () => {
    const partner = await tpdus(knxd.socket);
    const heard = async (...expected: readonly string[]): Promise<void> => {
      for (const octets of expected)
        await partner.apdus.until(octets, (line) => line === `11 fa ${octets}`);
    };
    partner.send("11 fa 80");
    partner.send("11 fa 43 00");
    await heard("c2", "43 40 07 b0");
    partner.send("11 fa c2");
    partner.send("11 fa 47 d1 00 ff ff ff ff");
    await heard("c6", "47 d2 00");
    partner.send("11 fa c6");
    partner.send("11 fa 81");
    await house.frames.until(
      "T_Disconnect",
      ({ octets, from }) => from.includes("knxd") && octets[6] === 0x81,
    );
  });

  test("connectionless: descriptor, and what this device does not have", async () => {
    const device = await individual(knxd.socket, 0x11fa);
    device.send("03 00");
    await device.apdus.until("the descriptor", (line) => line === "03 40 07 b0");
    device.send("03 D5 00 FE 10 01");
    await device.apdus.until("no such property", (line) => line === "03 d6 00 fe 00 01");
  });

  test("programming mode by command line: found by a broadcast of knxd, and not before", async () => {
    const everybody = await broadcast(knxd.socket);
    everybody.send("01 00");
    await knxpi("device", "progmode", "on", "--self");
    expect(everybody.apdus.all()).toEqual([]);
    everybody.send("01 00");
    await everybody.apdus.until("the device in programming mode", (line) => line === "01 40");
    await knxpi("device", "progmode", "off", "--self");
  });

  test("monitor --raw shows knxd's frames and their acknowledges; writes are refused meanwhile", async () => {
    const monitor = startChild(process.execPath, [
      ...[PROGRAM, "monitor", "--raw", "--json", "--socket", socket],
    ]);
    await bridge.output.until("busmonitor", (line) => line.includes('"next":"busmonitor"'));
    await knxd.switch("1/1/10", 1);
    await monitor.output.until("the frame of knxd", (line) => {
      const { octets, acknowledge } = JSON.parse(line);
      return /^bc11c.090ad10081..$/.test(octets) && acknowledge === "cc";
    });
    await expect(knxpi("group", "write", "1/1/10", "0")).rejects.toThrow(/busmonitor/i);
    monitor.kill("SIGINT");
    expect(await monitor.ended()).toBe(130);
    await knxpi("group", "write", "1/1/10", "0");
  });

  test("transitions can be asked for", async () => {
    const moves = await knxpi("transitions", "--machine", "tlsm");
    expect(JSON.stringify(moves)).toContain("E04 data, expected number");
  });
});
