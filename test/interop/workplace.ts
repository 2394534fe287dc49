import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "./cleanup.ts";

/** A folder of its own for sockets, ptys and configurations. */
export const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "knxpi-interop-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A port of this machine that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port }: AddressInfo = Object(server.address());
  server.close();
  await once(server, "close");
  return port;
};
