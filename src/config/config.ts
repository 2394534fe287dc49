import type { StackConfig } from "../core/config.ts";

/** The checked configuration: what the shell is told once. Names of the file: `mqtt-interface.md` §19. */
export type Config = Readonly<{
  instance: string;
  /** For the core, as it is. */
  stack: StackConfig;
  port: PortConfig;
  gpio: GpioConfig;
  mqtt: MqttConfig;
  /** null: there is no control socket. */
  control: ControlConfig | null;
  /** null: no metrics and no health over HTTP. */
  http: HttpConfig | null;
  log: LogConfig;
  recorder: RecorderConfig;
}>;

/** What is kept so that it can be replayed. */
export type RecorderConfig = Readonly<{
  /** In memory, gzipped; 0: nothing. */
  flightOctets: number;
  /** In the state directory; null: nothing. */
  disk: Readonly<{ maxAgeMs: number; maxOctets: number }> | null;
}>;

type PortConfig = Readonly<{
  /** `auto`, `/dev/ttyAMA0`, `tcp://host:port`, `sim:…` */
  path: string;
  baud: number;
  /** `none`: the 8-bit mode that some chips are strapped to. */
  parity: "even" | "none";
}>;

/** What is connected to this machine's GPIO lines. */
export type GpioConfig = Readonly<{
  /** The programming button. */
  button?: InputConfig;
  /** The programming LED. */
  led?: PinConfig;
  /** Of the application, in the order in which it declares them. */
  inputs?: readonly InputConfig[];
  outputs?: readonly PinConfig[];
}>;

type InputConfig = PinConfig & Readonly<{ debounceMs: number }>;

type PinConfig = Readonly<{
  /** `gpiochip0`, or a path. */
  chip: string;
  line: number;
  /** On, or pressed, is 0 V. */
  activeLow: boolean;
}>;

export type ControlConfig = Readonly<{
  /** Path of the socket; absent: in the runtime directory, by the name of the instance. */
  socket?: string;
  /** Permissions of the socket file. */
  mode: number;
}>;

/** Where metrics and health can be read. */
export type HttpConfig = Readonly<{ host: string; port: number }>;

export type LogConfig = Readonly<{
  level: LogLevel;
  /** By module, where it has a level of its own. */
  modules: Readonly<Record<string, LogLevel>>;
}>;

export type MqttConfig = Readonly<{
  /** Absent: the embedded broker. Without credentials, those are beside it. */
  url?: string;
  username?: string;
  password?: string;
  clientId: string;
  /** Base topic, without a slash at its end. */
  base: string;
  version: "auto" | 4 | 5;
  /** PEM text, as are `cert` and `key`. */
  ca?: string;
  cert?: string;
  key?: string;
  keyPassword?: string;
  serverName?: string;
  alpn?: readonly string[];
  /** false: any certificate is accepted. */
  verify: boolean;
  keepaliveS: number;
  /** Prefix of the topics of discovery. */
  discovery: string;
  /** Of the embedded broker; absent: this machine only, without users. */
  listen?: ListenConfig;
}>;

/** Where the embedded broker listens, and whom it serves. */
export type ListenConfig = Readonly<{
  host: string;
  port: number;
  /** Port for MQTT over WebSocket. */
  websocket?: number;
  /** PEM texts. With `ca` clients need a certificate of it. */
  tls?: Readonly<{ cert: string; key: string; keyPassword?: string; ca?: string }>;
  /** None: whoever reaches it may do everything, which is this machine only. */
  users: readonly BrokerUser[];
  /** At a time. */
  connections: number;
  /** Octets of the longest message. */
  payload: number;
  /** Of each client, a second. */
  messages: number;
}>;

export type BrokerUser = Readonly<{
  name: string;
  password: string;
  /** Topic filters. */
  read: readonly string[];
  write: readonly string[];
  /** May send admin requests. */
  admin: boolean;
}>;

/** In the words of pino. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "silent";
