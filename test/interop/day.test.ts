import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Broker, startBroker } from "./broker.ts";
import type { Child } from "./child.ts";
import { commanding } from "./day-commands.ts";
import { type DayHouse, openDayHouse } from "./day-house.ts";
import {
  account,
  differences,
  everyTelegramOnce,
  expectDiscovery,
  health,
  lastStates,
  stateOf,
} from "./day-proof.ts";
import { bridgeEvent, isWord } from "./installation.ts";
import type { Journal } from "./journal.ts";
import { startProgram } from "./knxpi.ts";
import { type Message, subscribe } from "./mqtt-clients.ts";
import { describeWith } from "./peers.ts";
import { makeFolder } from "./workplace.ts";

/*
 * A day in the house: 300 objects, telegrams of their devices, commands and reads all the while. The broker is restarted without
 * its memory, the line loses its power, the process is killed. In the end the broker shows what the bus has said last, and every
 * telegram is accounted for.
 */

describeWith(
  "mosquitto",
  "mosquitto_sub",
  "socat",
)("a day in the house", () => {
  test("at the end the broker shows the state of the bus, and nothing is unaccounted for", {
    timeout: 180_000,
  }, async () => {
    const folder = makeFolder();
    const [house, broker] = await Promise.all([openDayHouse(folder), startBroker(folder)]);
    const start = starting(folder, house, broker);
    const commands = commanding(house, broker);
    let messages = await subscribe(broker.port, "knx/#");
    let bridge = start();
    await untilOnline(messages);

    // Morning: everybody speaks, and what has not spoken is read.
    let epoch = house.frames.now();
    let hush = house.talk(TALK);
    commands.begin(messages);
    await pause(4_000);

    // The broker goes, and forgets everything.
    commands.hold();
    await broker.kill();
    await pause(3_000);
    await broker.restart();
    messages = await subscribe(broker.port, "knx/#");
    await messages.until("connected", bridgeEvent({ type: "connected" }), LONG);
    commands.begin(messages);
    await everyObjectIn(messages, house);

    // The line loses its power in the middle of it all; commands go on.
    let since = messages.now();
    house.line.power(false);
    await messages.until("no power", bridgeEvent({ type: "bus", to: "no_power" }), { since });
    hush();
    await pause(2_000);
    since = messages.now();
    house.line.power(true);
    await messages.until("power", bridgeEvent({ type: "bus", to: "online" }), { since });
    hush = house.talk(TALK);
    await pause(3_000);

    // A moment of silence to count: everything so far was seen by one process.
    hush();
    await commands.end();
    await house.silence(600);
    account("before", await health(commands, messages), house.frames.since(epoch), 1);

    // Killed while everybody speaks, and started again.
    hush = house.talk(TALK);
    commands.begin(messages);
    await pause(2_000);
    commands.hold();
    bridge.kill("SIGKILL");
    await bridge.ended();
    await messages.until("the will", isWord("state", "offline"), { since });
    const told = lastStates(messages.all());
    // Commands to nobody: one that the broker keeps, and one that it does not. Acceptance tests 5 and 6 of §22.
    const [retained, missed] = house.objects.filter(({ dpt }) => dpt === "5.010");
    commands.say(`knx/ga/${retained?.ga}/set`, '{"value":177,"id":"retained"}', true);
    commands.say(`knx/ga/${missed?.ga}/set`, '{"value":178,"id":"missed"}');
    await pause(2_000);
    hush();
    commands.stop();
    await house.silence(300);
    const died = house.frames.now();
    since = messages.now();
    bridge = start();
    await untilOnline(messages, since);
    epoch = house.frames.now();
    expect(epoch, "nothing was sent because of what was restored").toBe(died);
    // Acceptance test 10: what was known is known, as it was, and nobody believes that it is still so.
    await messages.until("connected again", bridgeEvent({ type: "connected" }), { since, ...LONG });
    const restored = lastStates(messages.since(since));
    expect([...restored.keys()].sort()).toEqual([...told.keys()].sort());
    for (const [ga, { raw, ts }] of told)
      expect(restored.get(ga), ga).toMatchObject({ raw, ts, origin: "restored", quality: "stale" });
    const revived = messages.now();
    hush = house.talk(TALK);
    commands.begin(messages);
    await everyObjectIn(messages, house, revived);

    // Evening.
    hush();
    await commands.end();
    await house.silence(1_500);
    const seen = house.frames.since(epoch);
    const damaged = account("after", await health(commands, messages), seen, 0);
    everyTelegramOnce(messages.since(revived), seen, damaged);
    for (const { id } of commands.all(messages)) expect(["retained", "missed"]).not.toContain(id);
    const late = seen.filter(({ from, telegram }) => {
      const [octet = 0] = telegram?.data ?? [];
      return from.includes("knxpi") && telegram?.service === "write" && octet > 176 && octet < 179;
    });
    expect(late).toEqual([]);
    expect(commands.unanswered(messages)).toEqual([]);
    // What could not be read in time is asked for once more.
    const unlike = await differences(house, broker);
    expect(unlike.length, unlike.join("\n")).toBeLessThanOrEqual(damaged);
    for (const line of unlike) commands.say(`knx/ga/${line.split(":")[0]}/get`, "");
    await house.silence(1_000);
    expect(await differences(house, broker)).toEqual([]);
    await expectDiscovery(house, broker);
    expect(bridge.running()).toBe(true);
  });
});

/** Telegrams of devices a second; with reads and their answers a bit more than half of what the line can take. */
const TALK = 12;
const LONG = { ms: 30_000 };

/** Writes the configuration. @returns what starts the bridge with it, each time on the same state */
const starting = (folder: string, house: DayHouse, broker: Broker): (() => Child) => {
  const file = join(folder, "day.yaml");
  const configuration = {
    version: 1,
    instance: "day",
    knx: { port: house.path, address: "1.1.250", bus: { grace: "500ms", read_rate: 5 } },
    mqtt: { url: broker.url },
    homeassistant: { enabled: true },
    control: false,
    objects: house.objects.map((object) => ({ ...object, read_on_init: true })),
    log: { level: "info" },
  };
  writeFileSync(file, JSON.stringify(configuration));
  return () => startProgram("run", "--config", file, "--state", join(folder, "state"));
};

const untilOnline = async (messages: Journal<Message>, since = 0): Promise<void> => {
  await messages.until(
    "bridge/bus online",
    (message) => isWord("bus", "online")(message) && !message.retained,
    { since, ...LONG },
  );
};

/** Every object has been heard or read. */
const everyObjectIn = async (
  messages: Journal<Message>,
  { objects }: DayHouse,
  since = 0,
): Promise<void> => {
  const open = new Set(objects.map(({ ga }) => `knx/ga/${ga}/state`));
  const isLast = (message: Message): boolean => {
    const { quality } = stateOf(message);
    if (quality === "good") open.delete(message.topic);
    return open.size === 0;
  };
  await messages.until(`the state of every object`, isLast, { since, ms: 60_000 });
};
