import { once } from "node:events";
import { connect } from "node:net";
import mqtt from "mqtt";

/** A value that came to a client; `at` in ns of the monotonic clock. */
export type Heard = Readonly<{ group: number; at: number }>;

export type Client = Readonly<{
  heard(): readonly Heard[];
  forget(): void;
  close(): void;
}>;

/** Subscribes to all states with QoS 0. */
export const followBroker = async (port: number): Promise<Client> => {
  const heard: Heard[] = [];
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  client.on("message", (topic) => {
    const at = now();
    const [, , main, middle, sub] = topic.split("/");
    heard.push({ group: (Number(main) << 11) | (Number(middle) << 8) | Number(sub), at });
  });
  await client.subscribeAsync("knx/ga/+/+/+/state");
  return { ...collected(heard), close: () => client.end(true) };
};

/** Opens a group socket: frames of 2 octets length, 2 type, then of a group packet source, destination and APDU. */
export const followKnxd = async (path: string): Promise<Client> => {
  const heard: Heard[] = [];
  let rest = Buffer.alloc(0);
  const socket = connect({ path });
  socket.on("data", (chunk) => {
    const at = now();
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const message = rest.subarray(2, 2 + rest.readUInt16BE(0));
      rest = rest.subarray(2 + message.length);
      if (message.readUInt16BE(0) === GROUP_PACKET)
        heard.push({ group: message.readUInt16BE(4), at });
    }
  });
  await once(socket, "connect");
  socket.write(Buffer.from([0, 5, OPEN_GROUP_SOCKET >> 8, OPEN_GROUP_SOCKET & 0xff, 0, 0, 0]));
  return { ...collected(heard), close: () => socket.destroy() };
};

/** EIB_OPEN_GROUPCON and EIB_GROUP_PACKET of knxd's client protocol. */
const OPEN_GROUP_SOCKET = 0x0026;
const GROUP_PACKET = 0x0027;

const now = (): number => Number(process.hrtime.bigint());

const collected = (heard: Heard[]) => ({
  heard: () => heard,
  forget: () => {
    heard.length = 0;
  },
});
