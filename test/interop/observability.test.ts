import { describe, expect, test } from "vitest";
import { freePort } from "../free-port.ts";
import { readExposition } from "../shell/web/exposition-reader.ts";
import { startProgram } from "./knxpi.ts";

describe("knxpi demo, watched", () => {
  test("metrics and health", async () => {
    const [port, http] = [await freePort(), await freePort()];
    const demo = startProgram("demo", "--port", `${port}`, "--http-port", `${http}`);
    const url = `http://127.0.0.1:${http}`;
    await demo.output.until("where metrics are", (line) => line.includes(`${url}/metrics`));
    await expect
      .poll(async () => (await fetch(`${url}/health`)).status, { interval: 200, timeout: 10_000 })
      .toBe(200);
    const families = readExposition(await (await fetch(`${url}/metrics`)).text());
    const value = (name: string) => families.get(name)?.samples[0]?.value;
    expect(value("knxpi_bus_up")).toBe(1);
    expect(value("knxpi_mqtt_connected")).toBe(1);
    expect(value("process_open_fds")).toBeGreaterThan(3);
    demo.kill("SIGINT");
    expect(await demo.ended()).toBe(0);
  });
});
