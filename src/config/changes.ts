import type { BridgeConfig } from "../core/config.ts";
import type { Config, MqttConfig } from "./config.ts";

/** What is to be done about a key that has another value now. `mqtt-interface.md` §19.5 */
type Needs = "live" | "reconnect" | "restart";

export type Changes = Readonly<Record<Needs, readonly string[]>>;

/**
 * What a new configuration asks for, by the keys of the file.
 * @param before the one that runs: what could not be applied yet is different still
 */
export const changesOf = (before: Config, after: Config): Changes => {
  const changed = KEYS.filter(({ of }) => !same(of(before), of(after)));
  const asking = (wanted: Needs): readonly string[] =>
    changed
      .filter(({ needs }) => (typeof needs === "string" ? needs : needs(before, after)) === wanted)
      .map(({ key }) => key);
  return { live: asking("live"), reconnect: asking("reconnect"), restart: asking("restart") };
};

/** The configuration that runs from now on: the new one, with what needs a restart as it was. */
export const applicable = (before: Config, after: Config): Config => {
  const { restart } = changesOf(before, after);
  const keeps = (key: string): boolean => restart.includes(key);
  const isOther = keeps("knx.objects_from");
  const was = before.stack;
  const { bridge } = after.stack;
  const groups = isOther ? was.objects.groups : after.stack.objects.groups;
  const kept = keptKeys(before, after);
  return {
    ...before,
    stack: {
      ...was,
      dl: { ...was.dl, groups },
      objects: { ...was.objects, groups },
      bridge: {
        ...bridge,
        instance: was.bridge.instance,
        instanceId: was.bridge.instanceId,
        address: was.bridge.address,
        ...(isOther && { objects: was.bridge.objects }),
        ...(kept && { base: was.bridge.base, lookBack: was.bridge.lookBack }),
        about: {
          ...bridge.about,
          port: was.bridge.about.port,
          baud: was.bridge.about.baud,
          source: was.bridge.about.source,
        },
      },
    },
    mqtt: kept ? before.mqtt : after.mqtt,
    log: after.log,
  };
};

/** The broker of our own cannot be another one while we run, and neither can a foreign one take its place. */
const keptKeys = (before: Config, after: Config): boolean =>
  !same(before.mqtt, after.mqtt) && (isOwn(before) || isOwn(after));

const isOwn = ({ mqtt }: Config): boolean => mqtt.url === undefined;

type Key = Readonly<{
  key: string;
  needs: Needs | ((before: Config, after: Config) => Needs);
  of(config: Config): unknown;
}>;

/** Of the connection to the broker. */
const connection = (before: Config, after: Config): Needs =>
  isOwn(before) || isOwn(after) ? "restart" : "reconnect";

const mqtt = (key: string, of: (mqtt: MqttConfig) => unknown): Key => ({
  key: `mqtt.${key}`,
  needs: connection,
  of: (config) => of(config.mqtt),
});

const live = (key: string, of: (bridge: BridgeConfig) => unknown): Key => ({
  key,
  needs: "live",
  of: ({ stack }) => of(stack.bridge),
});

// biome-ignore format: a table
const KEYS: readonly Key[] = [
  { key: "instance",            needs: "restart", of: (c) => c.instance },
  { key: "knx.port",            needs: "restart", of: (c) => c.port.path },
  { key: "knx.baud",            needs: "restart", of: (c) => [c.port.baud, c.stack.dl.baud] },
  { key: "knx.parity",          needs: "restart", of: (c) => c.port.parity },
  { key: "knx.chip",            needs: "restart", of: (c) => [c.stack.dl.chip, c.stack.device.maxApduLength] },
  { key: "knx.address",         needs: "restart", of: (c) => c.stack.dl.address },
  { key: "knx.acknowledge",     needs: "restart", of: (c) => c.stack.dl.acknowledge },
  { key: "knx.repetitions",     needs: "restart", of: (c) => c.stack.dl.repetitions },
  { key: "knx.hops",            needs: "restart", of: (c) => c.stack.nl },
  { key: "knx.objects_from",    needs: "restart", of: (c) => c.stack.objects.objectsFrom },
  { key: "device",              needs: "restart", of: (c) => [c.stack.tlsm, c.stack.device.serial, c.stack.application, c.gpio] },
  { key: "control",             needs: "restart", of: (c) => c.control },
  { key: "http",                needs: "restart", of: (c) => c.http },
  mqtt("url", ({ url }) => url),
  mqtt("username", ({ username }) => username),
  mqtt("password", ({ password }) => password),
  mqtt("client_id", ({ clientId }) => clientId),
  mqtt("ca", ({ ca }) => ca),
  mqtt("cert", ({ cert }) => cert),
  mqtt("key", ({ key }) => key),
  mqtt("key_password", ({ keyPassword }) => keyPassword),
  mqtt("server_name", ({ serverName }) => serverName),
  mqtt("alpn", ({ alpn }) => alpn),
  mqtt("verify", ({ verify }) => verify),
  mqtt("keepalive", ({ keepaliveS }) => keepaliveS),
  mqtt("version", ({ version }) => version),
  mqtt("base", ({ base }) => base),
  mqtt("listen", ({ listen }) => listen),
  // The broker of our own has to know where discovery is, to guard it.
  { key: "homeassistant.prefix", needs: (a, b) => (isOwn(a) && a.mqtt.listen ? connection(a, b) : "live"), of: (c) => c.mqtt.discovery },
  live("knx.style", ({ style }) => style),
  live("knx.bus", ({ bus }) => bus),
  live("mqtt.unknown", ({ unknown }) => unknown),
  live("mqtt.allow_unknown_write", ({ allowUnknownWrite }) => allowUnknownWrite),
  live("mqtt.allow", ({ allow }) => allow),
  live("mqtt.deny", ({ deny }) => deny),
  live("mqtt.retain", ({ retain }) => retain),
  live("mqtt.topics", ({ topics }) => topics),
  live("mqtt.requests", ({ requests }) => requests),
  live("mqtt.payload", ({ payload }) => payload),
  live("mqtt.user_properties", ({ userProperties }) => userProperties),
  live("mqtt.events_after_reconnect", ({ eventsAfterReconnect }) => eventsAfterReconnect),
  live("mqtt.cleanup", ({ cleanup }) => cleanup),
  live("objects", ({ objects }) => objects),
  live("entities", ({ entities }) => entities),
  live("links", ({ links }) => links),
  live("time", ({ time }) => time),
  live("homeassistant", ({ discovery }) => discovery),
  live("devices", ({ devices }) => devices),
  live("recorder", ({ history }) => history),
  { key: "recorder.flight_mb",  needs: "restart", of: (c) => c.recorder.flightOctets },
  { key: "recorder.disk",       needs: "restart", of: (c) => c.recorder.disk?.maxAgeMs },
  { key: "recorder.max_mb",     needs: "restart", of: (c) => c.recorder.disk?.maxOctets },
  live("log.mqtt", ({ log }) => log),
  { key: "log.level",           needs: "live",    of: (c) => c.log.level },
  { key: "log.modules",         needs: "live",    of: (c) => c.log.modules },
];

/** Both come from one loader, so equal values have their keys in one order. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
