import { once } from "node:events";
import { createServer } from "node:net";

/*
 * Not what the kernel would give for port 0: from that range it also takes the near ends of connections, and one of another test had the
 * port before its listener came. So below it (Linux: 32768, ip_local_port_range).
 */
const FIRST = 20_000;
const LAST = 32_000;

/** A port of this machine that nobody listens on, at any address. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
};

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port);
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
};
