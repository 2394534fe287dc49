import type { Logger } from "pino";
import { type Broker, type BrokerOptions, openBroker } from "./broker.ts";
import type { Door } from "./mqtt-options.ts";
import { describe } from "./serial-fault.ts";
import type { ChildSpec } from "./supervise/child.ts";
import { BROKER } from "./supervise/strategy.ts";

export type BrokerPart = Readonly<{
  child: ChildSpec;
  /** Where the bridge comes in; undefined while it is not up. */
  door(): Door | undefined;
}>;

/** The embedded broker as a part of the shell: the bus does not wait for it. */
export const openBrokerPart = (options: BrokerOptions, log: Logger): BrokerPart => {
  let broker: Broker | undefined;
  let told: string | undefined;
  return {
    door: () => broker,
    child: {
      name: "broker",
      strategy: BROKER,
      async start(life) {
        const opened = await openBroker(log, options, life);
        if (life.isOver()) return opened.close;
        broker = opened;
        told = undefined;
        life.up();
        return () => {
          broker = undefined;
          return opened.close();
        };
      },
      tell(error, wasUp) {
        const reason = describe(error);
        const { host, port } = options.house?.listen ?? { host: undefined, port: options.port };
        const problem = wasUp ? FAILED : CANNOT_LISTEN;
        if (reason !== told) log.error({ error: reason, host, port }, problem);
        told = reason;
        return wasUp
          ? reason
          : `${reason}: choose another mqtt.listen.host or port, or stop whoever has it`;
      },
    },
  };
};

const CANNOT_LISTEN =
  "the embedded broker cannot listen there: choose another mqtt.listen.host or port, or stop whoever has it; it is tried again, and the bus goes on without it";
const FAILED = "the embedded broker failed: it is started again, and the bus goes on without it";
