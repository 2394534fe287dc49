// A TP-UART 2 on a quiet line, behind a TCP port: Reset.req → Reset.ind, State.req → State.ind.
import { createServer } from "node:net";

const ANSWERS = new Map([
  [0x01, 0x03],
  [0x02, 0x07],
]);

createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (octets) => {
    for (const octet of octets) {
      const answer = ANSWERS.get(octet);
      if (answer !== undefined) setTimeout(() => socket.write(Buffer.of(answer)), 10);
    }
  });
}).listen(4000, "127.0.0.1");
