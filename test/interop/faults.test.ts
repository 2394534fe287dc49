import { beforeAll, expect, test } from "vitest";
import { OURS, to } from "./house.ts";
import {
  bridgeEvent,
  fields,
  type Installation,
  install,
  isHeard,
  isWord,
  on,
} from "./installation.ts";
import { startKnxd } from "./knxd.ts";
import { publish, subscribe } from "./mqtt-clients.ts";
import { describeWith } from "./peers.ts";

describeWith(
  "knxd",
  "knxtool",
  "mosquitto",
  "mosquitto_sub",
  "mosquitto_pub",
  "socat",
)("a bad day: port, power and broker go away and come back", () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
  });

  /** A command with the answer of the lamp, and a telegram of knxd: everything there is, both ways. */
  const expectEverythingWorks = async (): Promise<void> => {
    const { knxd, messages, broker, house, bridge } = installation;
    const value = !house.lamp.on;
    const since = messages.now();
    await publish(broker.port, "knx/ga/1/1/10/set", `${value}`);
    await messages.until("status of the lamp", on("1/4/10", "state", { value }), { since });
    await knxd.switch(OURS, value ? 1 : 0);
    await messages.until("state of knxd's telegram", on(OURS, "state", { value }), { since });
    expect(bridge.running()).toBe(true);
  };

  test("the pty is taken away and given back", async () => {
    const { messages, pty } = installation;
    await expectEverythingWorks();
    let since = messages.now();
    await pty.takeAway();
    await messages.until("event", bridgeEvent({ type: "bus", to: "no_port" }), { since });
    await messages.until("bridge/bus offline", isWord("bus", "offline"), { since });
    since = messages.now();
    await pty.giveBack();
    await messages.until("event", bridgeEvent({ type: "bus", to: "online" }), { since });
    await messages.until("bridge/bus online", isWord("bus", "online"), { since });
    await expectEverythingWorks();
  });

  test("the line's power is cut and returns: a command meanwhile ends and never fires", async () => {
    const { folder, peerPty, messages, broker, house, frames } = installation;
    // knxd ends when its chip loses power.
    await installation.knxd.stop();
    let since = messages.now();
    house.line.power(false);
    await messages.until("event", bridgeEvent({ type: "bus", to: "no_power" }), { since });
    await messages.until("bridge/bus offline", isWord("bus", "offline"), { since });
    const point = frames.now();
    await publish(broker.port, "knx/ga/2/1/3/set", '{"value":40,"id":"late-1","ttl_ms":700}');
    const result = await messages.until("result", on("2/1/3", "result", { id: "late-1" }));
    expect(fields(result)).toMatchObject({
      status: "error",
      stage: "expired",
      error: { code: "bus_offline" },
    });
    since = messages.now();
    house.line.power(true);
    await messages.until("bridge/bus online", isWord("bus", "online"), { since });
    await peerPty.takeAway();
    await peerPty.giveBack();
    const knxd = await startKnxd(folder, peerPty.path);
    installation = { ...installation, knxd };
    await expectEverythingWorks();
    expect(frames.since(point).filter(to("2/1/3"))).toEqual([]);
  });

  test("the broker is killed and returns: the bus side goes on, states follow", async () => {
    const { knxd, broker, house, frames } = installation;
    await broker.kill();
    const since = frames.now();
    await knxd.write("1/3/10", 0x33);
    await frames.until("status of the dimmer", to("1/5/10"), { since });
    while (!(await isHeard(installation, OURS, 1)));
    house.button.press();
    await frames.until("telegram of the button", to("1/1/17", "push button"), { since });
    await broker.restart();
    const messages = await subscribe(broker.port, "knx/#");
    installation = { ...installation, messages };
    await messages.until("bridge/state online", isWord("state", "online"));
    await messages.until("bridge/bus online", isWord("bus", "online"));
    await messages.until("event connected", bridgeEvent({ type: "connected" }));
    for (const [ga, wanted] of [
      ["1/3/10", { raw: "33" }],
      ["1/5/10", { raw: "33", source: "1.1.11" }],
      [OURS, { value: true }],
      ["1/1/17", { source: "1.1.13" }],
    ] as const)
      await messages.until(`state of ${ga}`, on(ga, "state", wanted));
    await expectEverythingWorks();
  });

  test("what was lost is counted in bridge/health", async () => {
    const { messages } = installation;
    const health = await messages.until("health", ({ topic }) => topic === "knx/bridge/health");
    expect(fields(health)).toMatchObject({
      ok: true,
      bus: { state: "online" },
      mqtt: { connected: true, reconnects: 1 },
      queue: { dropped: { expired: 1 }, failed: { bus_offline: 1 } },
      // At the start, with the port's return, with the power's return.
      chip: { resets: atLeast(3) },
      counters: { "chip.mute": atLeast(1) },
    });
  });
});

const atLeast = (least: number): unknown =>
  expect.toSatisfy((value: unknown) => typeof value === "number" && value >= least);
