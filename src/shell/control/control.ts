import { JSONRPCErrorCode, JSONRPCErrorException } from "json-rpc-2.0";
import type { Counters } from "../../core/app-impulse.ts";
import type { StackConfig } from "../../core/config.ts";
import type { ControlEffect, JsonValue } from "../../core/effect.ts";
import { type ExplainOptions, explainFrame } from "../../core/explain.ts";
import type { Impulse } from "../../core/impulse.ts";
import { never } from "../../core/never.ts";
import { type Octets, toCompactHex } from "../../core/octets.ts";
import type { StackState } from "../../core/stack/stack.ts";
import type { Log } from "../log.ts";
import type { Recorder } from "../recorder/recorder.ts";
import type { ChildReport } from "../supervise/report.ts";
import { type TransitionBook, timeOf } from "../transitions.ts";
import { createBusmonitor, type Listener } from "./busmonitor.ts";
import { controlError } from "./error.ts";
import {
  checkParams,
  isProcedure,
  isService,
  PROCEDURES,
  SERVICES,
  type ServiceName,
} from "./methods.ts";
import { createProcedures, type RunningProcedure } from "./procedures.ts";
import { createRecordings } from "./recordings.ts";
import { online, settled } from "./settled.ts";
import { type About, statusOf } from "./status.ts";
import { createUploads } from "./uploads.ts";

/** What people and programs on this machine ask of the running stack, whatever way they come. */
export type Control = Readonly<{
  /** One more client. Notifications are the progress of its requests, and what it listens to. */
  join(notify: Listener["notify"]): Session;
  execute(effect: ControlEffect): void;
  /** Every client leaves; until what that sends is on the line. */
  close(): Promise<void>;
}>;

export type RequestId = string | number;

export type Session = Readonly<{
  name: string;
  /**
   * @param id names the request in `progress` and `cancel`
   * @returns the result; rejected with a JSONRPCErrorException
   */
  request(method: string, params: unknown, id?: RequestId | null): Promise<JsonValue>;
  /** Its procedures are cancelled, and it hears nothing more. */
  leave(): void;
}>;

export type ControlHost = Readonly<{
  config: StackConfig;
  about: About;
  deliver(impulse: Impulse): void;
  look(): StackState;
  counters(): Counters;
  transitions: TransitionBook;
  /** The parts of the shell; without it none are told of. */
  children?(): readonly ChildReport[];
  /** Without it there are no recordings. */
  recorder?: Recorder | undefined;
  /** Without it the level of the log stays as it is. */
  levels?: Log | undefined;
}>;

export const openControl = (host: ControlHost): Control => {
  const { deliver, look } = host;
  const explain = explainer(host.config);
  const procedures = createProcedures(deliver);
  const busmonitor = createBusmonitor(deliver, explain, () => online(look));
  const uploads = createUploads();
  const recordings = createRecordings(host.recorder);
  const sessions = new Set<Session>();
  const watching = new Set<Listener>();
  let joined = 0;

  const watch = (listener: Listener, on: boolean): void => {
    const before = watching.size;
    if (on) watching.add(listener);
    else watching.delete(listener);
    if (before > 0 !== watching.size > 0)
      deliver({ for: "client", type: "watch.req", on, at: performance.now() });
  };

  const join = (notify: Listener["notify"]): Session => {
    joined += 1;
    const listener: Listener = { name: `client ${joined}`, notify };
    /** By its id; one without an id by itself. */
    const running = new Map<RequestId | RunningProcedure, RunningProcedure>();
    const upload = uploads.join();
    const recording = recordings.join();
    let inFlight = 0;

    const runProcedure = async (
      name: keyof typeof PROCEDURES,
      params: unknown,
      id: RequestId | null,
    ): Promise<JsonValue> => {
      const procedure = checkParams(PROCEDURES[name], upload.fillIn(params));
      busmonitor.refuseSending();
      if (id !== null && running.has(id)) throw invalid(`id ${id} is in use`);
      const started = procedures.start(procedure, (done, total) => {
        if (id !== null) notify("progress", { id, done, total });
      });
      running.set(id ?? started, started);
      return started.result.finally(() => running.delete(id ?? started));
    };

    const serve = async (name: ServiceName, params: unknown): Promise<JsonValue> => {
      switch (name) {
        case "status":
          checkParams(SERVICES[name], params);
          return statusOf(look(), host.about, {
            counters: host.counters(),
            clients: sessions.size,
            running: procedures.running(),
            busmonitor: busmonitor.holder(),
            children: host.children?.() ?? [],
          });
        case "transitions":
          return host.transitions.read(checkParams(SERVICES[name], params).machine);
        case "log": {
          const { level, ...rest } = checkParams(SERVICES[name], params);
          const { settings } = host.levels ?? {};
          if (settings === undefined)
            throw controlError("refused", "the log cannot be changed here");
          if (level !== undefined) {
            const change = settings.set({ level, ...rest }, "the control socket");
            if (!change.ok) throw wrong(change.problem);
          } else if (Object.keys(rest).length > 0) throw wrong("level is needed with it");
          return settings.read();
        }
        case "programming-mode": {
          const { on } = checkParams(SERVICES[name], params);
          if (on !== undefined)
            deliver({ for: "device", type: "programming-mode.req", on, at: performance.now() });
          return look().device.programmingMode;
        }
        case "monitor.start":
        case "monitor.stop":
          checkParams(SERVICES[name], params);
          watch(listener, name === "monitor.start");
          return true;
        case "busmonitor.start": {
          const { client } = checkParams(SERVICES[name], params);
          busmonitor.refuseSending();
          if (procedures.running() > 0)
            throw controlError("busy", "procedures are running; try again when they have ended");
          await busmonitor.start(listener, client);
          return true;
        }
        case "busmonitor.stop":
          checkParams(SERVICES[name], params);
          await busmonitor.stop(listener);
          return true;
        case "record.start": {
          const { last, follow } = checkParams(SERVICES[name], params);
          return recording.start(last, follow);
        }
        case "record.read":
          checkParams(SERVICES[name], params);
          return recording.read();
        case "record.stop":
          checkParams(SERVICES[name], params);
          return recording.stop();
        case "record.list":
          checkParams(SERVICES[name], params);
          return recordings.list();
        case "upload": {
          const { part, first } = checkParams(SERVICES[name], params);
          return upload.append(part, first);
        }
        case "cancel": {
          const one = running.get(checkParams(SERVICES[name], params).id);
          if (one === undefined) return false;
          one.cancel();
          await settled(look);
          return true;
        }
        default:
          return never(name);
      }
    };

    const session: Session = {
      name: listener.name,
      async request(method, params, id = null) {
        if (!isProcedure(method) && !isService(method)) throw unknown(method);
        if (inFlight >= IN_FLIGHT && method !== "cancel")
          throw controlError("busy", `${IN_FLIGHT} requests of this client are still running`);
        inFlight += 1;
        try {
          return await (isProcedure(method)
            ? runProcedure(method, params, id)
            : serve(method, params));
        } finally {
          inFlight -= 1;
        }
      },
      leave() {
        if (!sessions.delete(session)) return;
        upload.forget();
        recording.forget();
        for (const one of running.values()) one.cancel();
        watch(listener, false);
        busmonitor.leave(listener);
      },
    };
    sessions.add(session);
    return session;
  };

  const execute = (effect: ControlEffect): void => {
    switch (effect.type) {
      case "result":
      case "failure":
      case "progress":
        procedures.execute(effect);
        break;
      case "raw":
      case "busmonitor":
        busmonitor.execute(effect);
        break;
      case "telegram": {
        const { octets, own, at } = effect;
        const telegram = {
          time: timeOf(at),
          octets: toCompactHex(octets),
          own,
          ...explain(octets),
        };
        for (const { notify } of watching) notify("telegram", telegram);
        break;
      }
      default:
        never(effect);
    }
  };

  const close = async (): Promise<void> => {
    const unfinished = procedures.running() > 0 || busmonitor.holder() !== null;
    for (const session of [...sessions]) session.leave();
    if (unfinished) await settled(look);
  };
  return { join, execute, close };
};

/** Requests of one client at a time. */
const IN_FLIGHT = 16;

const unknown = (method: string): Error =>
  new JSONRPCErrorException(
    `there is no method "${method.slice(0, 64)}"`,
    JSONRPCErrorCode.MethodNotFound,
  );

const wrong = (message: string): Error =>
  new JSONRPCErrorException(message, JSONRPCErrorCode.InvalidParams);

const invalid = (message: string): Error =>
  new JSONRPCErrorException(message, JSONRPCErrorCode.InvalidRequest);

/** In words, with the datapoint types and names of the configuration. */
const explainer = ({ bridge }: StackConfig) => {
  const objects = new Map(bridge.objects.map((object) => [object.ga, object]));
  const options: ExplainOptions = {
    style: bridge.style,
    dptOf: (address) => objects.get(address)?.dpt,
  };
  return (octets: Octets): Readonly<Record<string, JsonValue>> => explainFrame(octets, options);
};
