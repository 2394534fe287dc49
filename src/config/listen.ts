import { createSecureContext } from "node:tls";
import * as z from "zod";
import type { ListenConfig } from "./config.ts";
import { type Path, pathText, type Remark } from "./finding.ts";
import { valueAt } from "./remarks.ts";
import { section } from "./section.ts";
import type { Outside } from "./source.ts";

/*
 * `mqtt.listen`: where the embedded broker listens, and who may do what there. Decision 0003. Checked on the file as it is, so that
 * everything that is wrong with it is told at once.
 */

const LOCAL_HOST = "127.0.0.1";
const text = z.string();
const tcpPort = z.int().min(1).max(65_535);

const topicFilter = text
  .regex(/^(?!.*#.)(?:[^+#]+|\+)(?:\/(?:[^+#]*|\+))*(?:\/#)?$|^#$/, {
    error: "a filter has + for a level or # for all that follow: knx/ga/1/+/+/set, zigbee2mqtt/#",
  })
  .describe("Topic filter: + is any level, # at the end is everything below");

const USER = section({
  name: text.min(1),
  password: text.exactOptional(),
  password_file: text.exactOptional(),
  read: z.array(topicFilter).default(["#"]).describe("Topics it may read"),
  write: z
    .array(topicFilter)
    .default(["#"])
    .describe("Topics it may publish on; of the bridge's own never more than set, get and request"),
  admin: z.boolean().default(false).describe("May send admin requests"),
});

export const LISTEN = section({
  host: text.min(1).default(LOCAL_HOST).describe("Address to listen on; 0.0.0.0 is all of IPv4"),
  port: tcpPort.exactOptional().describe("1883, or 8883 with tls"),
  websocket: tcpPort.exactOptional().describe("Port for MQTT over WebSocket; left out: none"),
  tls: section({
    cert: text.describe("PEM file, the chain of the server"),
    key: text.describe("PEM file"),
    key_password: text.exactOptional(),
    key_password_file: text.exactOptional(),
    ca: text.exactOptional().describe("PEM file; given, clients need a certificate of it"),
  }).exactOptional(),
  users: z.array(USER).default([]),
  connections: z.int().min(1).max(10_000).default(100).describe("At a time"),
  payload: z
    .int()
    .min(1_024)
    .max(16 * 1024 * 1024)
    .default(1024 * 1024)
    .describe("Octets of the longest message"),
  messages: z.int().min(1).max(100_000).default(1_000).describe("Of each client, a second"),
});
type ListenData = z.output<typeof LISTEN>;

/** What the files hold that `mqtt.listen` names, by the place that names them. */
export type ListenTexts = Readonly<Record<string, string>>;

/** @returns undefined when nothing is said about it */
export const toListenConfig = (
  listen: ListenData | undefined,
  texts: ListenTexts,
): ListenConfig | undefined => {
  if (listen === undefined) return undefined;
  const { host, port, websocket, tls, users, connections, payload, messages } = listen;
  const at = (...path: Path): string => texts[pathText([...LISTEN_PATH, ...path])] ?? "";
  const keyPassword = at("tls", "key_password_file") || tls?.key_password;
  const ca = at("tls", "ca");
  return {
    host,
    port: port ?? (tls ? TLS_PORT : PORT),
    ...(websocket !== undefined && { websocket }),
    ...(tls && {
      tls: {
        cert: at("tls", "cert"),
        key: at("tls", "key"),
        ...(keyPassword && { keyPassword }),
        ...(ca && { ca }),
      },
    }),
    users: users.map(({ name, password, read, write, admin }, index) => ({
      name,
      password: password ?? at("users", index, "password_file"),
      read,
      write,
      admin,
    })),
    connections,
    payload,
    messages,
  };
};

export const readListenFiles = (
  data: unknown,
  outside: Outside,
): Readonly<{ texts: ListenTexts; remarks: readonly Remark[] }> => {
  const texts: Record<string, string> = {};
  const remarks: Remark[] = [];
  for (const path of filePaths(data)) {
    const name = valueAt(data, path);
    if (typeof name !== "string" || name === "") continue;
    const content: ReturnType<Outside["read"]> = name.startsWith("-----BEGIN ")
      ? { ok: true, text: name }
      : outside.read(name);
    if (content.ok) texts[pathText(path)] = content.text;
    else remarks.push({ path, code: "unreadable", message: content.why });
  }
  return { texts, remarks };
};

/** @param texts of the files that could be read */
export const listenErrors = (data: unknown, texts: ListenTexts): readonly Remark[] => {
  const listen = valueAt(data, LISTEN_PATH);
  if (typeof listen !== "object" || listen === null) return [];
  return [
    ...openToAll(listen),
    ...usersOf(listen).flatMap((user, index) => userErrors(listen, texts, user, index)),
    ...samePort(listen),
    ...certificateErrors(data, texts),
    ...(valueAt(data, ["mqtt", "url"]) === undefined ? [] : [TWO_BROKERS]),
  ];
};

/** Passwords that anybody on the network can read. */
export const listenWarnings = (data: unknown): readonly Remark[] => {
  const listen = valueAt(data, LISTEN_PATH);
  if (typeof listen !== "object" || listen === null) return [];
  return isLocal(listen) || valueAt(listen, ["tls"]) !== undefined
    ? []
    : [{ path: [...LISTEN_PATH, "host"], code: "no_tls", message: NO_TLS }];
};

/** Places where a secret may stand in the file itself. */
export const listenSecrets = (data: unknown): readonly Path[] => [
  [...LISTEN_PATH, "tls", "key_password"],
  ...usersOf(valueAt(data, LISTEN_PATH)).map((_, index) => [
    ...LISTEN_PATH,
    "users",
    index,
    "password",
  ]),
];

const filePaths = (data: unknown): readonly Path[] => [
  ...["cert", "key", "ca", "key_password_file"].map((key) => [...LISTEN_PATH, "tls", key]),
  ...usersOf(valueAt(data, LISTEN_PATH)).map((_, index) => [
    ...LISTEN_PATH,
    "users",
    index,
    "password_file",
  ]),
];

/** Whoever reaches the broker commands the house. */
const openToAll = (listen: object): readonly Remark[] =>
  isLocal(listen) || usersOf(listen).length > 0
    ? []
    : [{ path: [...LISTEN_PATH, "host"], code: "open_broker", message: OPEN }];

const userErrors = (
  listen: object,
  texts: ListenTexts,
  user: unknown,
  index: number,
): readonly Remark[] => {
  const path = [...LISTEN_PATH, "users", index];
  const name = valueAt(user, ["name"]);
  const inline = valueAt(user, ["password"]);
  const file = valueAt(user, ["password_file"]);
  const content =
    inline ?? (file === undefined ? undefined : texts[pathText([...path, "password_file"])]);
  const first = usersOf(listen).findIndex((other) => valueAt(other, ["name"]) === name);
  return [
    ...(name !== undefined && first < index
      ? [{ path: [...path, "name"], code: "duplicate_user", message: "this user is there already" }]
      : []),
    ...(inline === undefined && file === undefined
      ? [{ path, code: "missing", message: "password or password_file is needed" }]
      : []),
    ...(inline !== undefined && file !== undefined
      ? [{ path, code: "conflict", message: TWICE }]
      : []),
    ...(content === "" ? [{ path, code: "bad_value", message: "the password is empty" }] : []),
  ];
};

const samePort = (listen: object): readonly Remark[] => {
  const websocket = valueAt(listen, ["websocket"]);
  const tls = valueAt(listen, ["tls"]) !== undefined;
  const port = valueAt(listen, ["port"]) ?? (tls ? TLS_PORT : PORT);
  const message = "websocket needs a port of its own, such as 9001";
  return websocket !== undefined && websocket === port
    ? [{ path: [...LISTEN_PATH, "websocket"], code: "conflict", message }]
    : [];
};

/** Read by those who will use them, so that a key of another certificate is found before the start. */
const certificateErrors = (data: unknown, texts: ListenTexts): readonly Remark[] => {
  const path = [...LISTEN_PATH, "tls"];
  const [cert, key, ca, passwordFile] = ["cert", "key", "ca", "key_password_file"].map(
    (name) => texts[pathText([...path, name])],
  );
  if (cert === undefined || key === undefined) return [];
  const passphrase = passwordFile ?? valueAt(data, [...path, "key_password"]);
  try {
    createSecureContext({
      cert,
      key,
      ...(ca !== undefined && { ca }),
      ...(typeof passphrase === "string" && { passphrase }),
    });
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `certificate and key cannot be used: ${why}`;
    return [{ path: [...path, "cert"], code: "bad_certificate", message }];
  }
};

const isLocal = (listen: object): boolean => {
  const host = valueAt(listen, ["host"]) ?? LOCAL_HOST;
  return typeof host !== "string" || /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
};

const usersOf = (listen: unknown): readonly unknown[] => {
  const users = valueAt(listen, ["users"]);
  return Array.isArray(users) ? users : [];
};

const LISTEN_PATH: Path = ["mqtt", "listen"];
const PORT = 1883;
const TLS_PORT = 8883;
const OPEN =
  "beyond this machine the broker needs users with passwords, for whoever reaches it commands the house: add users, or leave host at 127.0.0.1";
const NO_TLS =
  "without tls passwords and commands can be read on the network: add tls with cert and key";
const TWICE = "password is given twice; leave one out";
const TWO_BROKERS: Remark = {
  path: LISTEN_PATH,
  key: true,
  code: "conflict",
  message: "listen is for the broker of our own, and mqtt.url names another one: leave one out",
};
