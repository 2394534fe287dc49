import type { Logger } from "pino";
import type { HttpConfig } from "../../config/config.ts";
import type { HostFigures } from "../../core/app-impulse.ts";
import type { About } from "../control/status.ts";
import { measureHost } from "../host-figures.ts";
import type { Observer } from "../observer.ts";
import { describe } from "../serial-fault.ts";
import type { ChildSpec } from "../supervise/child.ts";
import { HELPER } from "../supervise/strategy.ts";
import { measureLatencies } from "./latency.ts";
import type { Look } from "./view.ts";
import { openWeb } from "./web.ts";

export type WebPart = Readonly<{
  /** To be the first of the shell's. */
  observer: Observer;
  /** @param look how the shell stands */
  child(look: () => Look): ChildSpec;
}>;

/**
 * Metrics and health as a part of the shell. What it needs is loaded before the bus is there: later it would keep octets waiting.
 * @param directory where the state is kept
 */
export const openWebPart = (
  config: HttpConfig,
  about: About,
  directory: string | undefined,
  log: Logger,
): WebPart => {
  const latencies = measureLatencies();
  const hostFigures = atMostEvery(HOST_MS, () => measureHost(directory));
  return {
    observer: latencies.observer,
    child: (look) => ({
      name: "web",
      strategy: HELPER,
      async start(life) {
        const { broke } = life;
        const server = await openWeb({
          ...config,
          about,
          look,
          hostFigures,
          latencies,
          broke,
          log,
        });
        life.up();
        return () => server.close();
      },
      tell: tellOnce(config, log),
    }),
  };
};

/** The same reason is a warning once; it comes again with every try. */
const tellOnce = ({ host, port }: HttpConfig, log: Logger) => {
  let told: string | undefined;
  return (error: unknown): string => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const problem = WHY[code] ?? describe(error);
    if (problem !== told) log.warn({ host, port, error: describe(error) }, problem);
    told = problem;
    return problem;
  };
};

/** Some machines only tell by a program that has to be started. */
const atMostEvery = (ms: number, measure: () => Promise<HostFigures>) => {
  let last: Readonly<{ at: number; figures: Promise<HostFigures> }> | undefined;
  return (): Promise<HostFigures> => {
    const at = performance.now();
    if (last === undefined || at - last.at >= ms) last = { at, figures: measure() };
    return last.figures;
  };
};

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE:
    "no /metrics and no /health: somebody else has the port; choose another http.port, or http: false",
  EADDRNOTAVAIL: "no /metrics and no /health: http.host is no address of this machine",
  ENOTFOUND: "no /metrics and no /health: http.host is a name that nobody knows",
  EACCES: "no /metrics and no /health: ports below 1024 are not for us; choose another http.port",
};
const HOST_MS = 50_000;
