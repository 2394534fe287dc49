import type { Logger } from "pino";
import type { HttpConfig } from "../../config/config.ts";
import type { HostFigures } from "../../core/app-impulse.ts";
import type { About } from "../control/status.ts";
import { openExposition } from "./exposition.ts";
import { healthPage } from "./health-page.ts";
import type { Latencies } from "./latency.ts";
import { watchLoopLag } from "./loop-lag.ts";
import { watchProcess } from "./process-view.ts";
import { plain, type ServerOptions, serve, type WebServer } from "./server.ts";
import { type Look, type View, viewOf } from "./view.ts";

export type WebOptions = HttpConfig &
  Readonly<{
    about: About;
    look(): Look;
    hostFigures(): Promise<HostFigures>;
    latencies: Latencies;
    broke: ServerOptions["broke"];
    limits?: ServerOptions["limits"];
    log: Logger;
  }>;

/**
 * `/metrics` for Prometheus and `/health` for whoever watches; the same numbers as on MQTT.
 * @throws when it cannot listen there
 */
export const openWeb = async (options: WebOptions): Promise<WebServer> => {
  const { about, host, port, latencies, log } = options;
  const exposition = openExposition();
  const lag = watchLoopLag();
  const process = watchProcess();
  const view = async (): Promise<View> => {
    const [figures, own] = await Promise.all([options.hostFigures(), process.read()]);
    const measured = {
      about,
      host: figures,
      process: own,
      latency: latencies.read(),
      loopLag: lag.read(),
    };
    return viewOf(options.look(), measured, performance.now());
  };
  const stop = (): void => {
    lag.close();
    process.close();
  };
  try {
    const server = await serve({
      host,
      port,
      pages: {
        "/": async () => plain(200, `knxpi ${about.version}\n/metrics\n/health`),
        "/metrics": async () => ({
          status: 200,
          type: exposition.contentType,
          text: await exposition.render(await view()),
        }),
        "/health": async () => {
          const { status, document } = healthPage(await view());
          return { status, type: "application/json", text: `${JSON.stringify(document)}\n` };
        },
      },
      failed: (route, error) => log.error({ err: error, route }, "a page failed"),
      broke: options.broke,
      ...(options.limits && { limits: options.limits }),
    });
    log.info({ host, port: server.port }, "HTTP: /metrics and /health");
    return {
      ...server,
      async close() {
        stop();
        await server.close();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
};
