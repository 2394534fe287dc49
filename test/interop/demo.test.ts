import { expect, test } from "vitest";
import { freePort } from "../free-port.ts";
import { fields, on } from "./installation.ts";
import { startProgram } from "./knxpi.ts";
import { publish, subscribe } from "./mqtt-clients.ts";
import { describeWith } from "./peers.ts";

describeWith("mosquitto_sub", "mosquitto_pub")("knxpi demo", () => {
  test("any MQTT client switches the lamp and sees its status", async () => {
    const port = await freePort();
    const demo = startProgram("demo", "--port", `${port}`);
    await demo.output.until("the address of its broker", (line) =>
      line.includes(`mqtt://127.0.0.1:${port}`),
    );
    const messages = await subscribe(port, "knx/#");
    for (const value of [true, false]) {
      const since = messages.now();
      await publish(port, "knx/ga/1/1/10/set", `${value}`);
      const status = await messages.until("status of the lamp", on("1/4/10", "state", { value }), {
        since,
      });
      expect(fields(status)).toMatchObject({ source: "1.1.10", origin: "bus" });
    }
    demo.kill("SIGINT");
    expect(await demo.ended()).toBe(0);
  });
});
