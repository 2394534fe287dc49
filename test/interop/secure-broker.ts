import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "../free-port.ts";
import { makePki, type Pki } from "../pki.ts";
import { type Broker, startBroker } from "./broker.ts";
import { tell } from "./child.ts";

/** A mosquitto with users, the rights of `mqtt-interface.md` §20, and a listener of each kind. */
export type SecureBroker = Readonly<{
  broker: Broker;
  pki: Pki;
  urls: Readonly<Record<Listener, string>>;
}>;

type Listener = "mqtt" | "mqtts" | "certified" | "ws" | "wss";

export const startSecureBroker = async (folder: string): Promise<SecureBroker> => {
  const pki = makePki(folder);
  const [passwords, rights] = [join(folder, "passwords"), join(folder, "rights")];
  writeFileSync(rights, RIGHTS);
  writeFileSync(passwords, "");
  for (const [name, password] of Object.entries(PASSWORDS))
    await tell("mosquitto_passwd", ["-b", passwords, name, password]);
  const ports = {
    mqtts: await freePort(),
    certified: await freePort(),
    ws: await freePort(),
    wss: await freePort(),
  };
  const tls = `cafile ${pki.ca}\ncertfile ${pki.server.cert}\nkeyfile ${pki.server.key}`;
  // Started by root it would go on as somebody who may not read the folder.
  const broker = await startBroker(
    folder,
    `
user ${userInfo().username}
allow_anonymous false
password_file ${passwords}
acl_file ${rights}
listener ${ports.mqtts} 127.0.0.1
${tls}
listener ${ports.certified} 127.0.0.1
${tls}
require_certificate true
listener ${ports.ws} 127.0.0.1
protocol websockets
listener ${ports.wss} 127.0.0.1
protocol websockets
${tls}
`,
  );
  return {
    broker,
    pki,
    urls: {
      mqtt: broker.url,
      mqtts: `mqtts://127.0.0.1:${ports.mqtts}`,
      certified: `mqtts://127.0.0.1:${ports.certified}`,
      ws: `ws://127.0.0.1:${ports.ws}`,
      wss: `wss://127.0.0.1:${ports.wss}`,
    },
  };
};

export const PASSWORDS = { bridge: "of the bridge", lights: "of the lights", everything: "of all" };

/** Arguments of the clients of mosquitto. */
export const as = (user: keyof typeof PASSWORDS): readonly string[] => [
  ...["-u", user],
  ...["-P", PASSWORDS[user]],
];

/** The first two word for word from §20. */
const RIGHTS = `
user bridge
topic write knx/#
topic read knx/ga/+/+/+/set
topic read knx/ga/+/+/+/get
topic read knx/ga/+/+/+/state
topic read knx/entity/+/set
topic read knx/entity/+/set/+
topic read knx/bridge/request/#
topic read knx/bridge/info
topic read knx/bridge/state
topic read homeassistant/status
topic write homeassistant/device/+/config

user lights
topic write knx/ga/1/+/+/set
topic read knx/ga/+/+/+/state
topic read knx/bridge/state

user everything
topic readwrite #
`;
