import { expect, test } from "vitest";
import type { Impulse } from "../../src/core/impulse.ts";
import { ECHO, trace } from "./trace.ts";

/*
 * The connection dialogues of `layers.md` E.4, octet for octet through the whole stack. We are 1.1.5, mask 07B0; the partner is
 * 1.1.250, a stranger 1.1.251.
 */

const OPENED: Impulse = { for: "dl", type: "port-opened.ind", at: 0 };
const START = [OPENED, "03", 10, "07", 10] as const;
const CONNECT = "b0 11 fa 11 05 60 80 50";
const ACK_0 = "b0 11 fa 11 05 60 c2 12";
const DESCRIPTOR_READ_0 = "b0 11 fa 11 05 61 43 00 92";

test("S01 to S07: a management session", async () => {
  const text = trace({}, [
    ...START,
    CONNECT,
    40,
    DESCRIPTOR_READ_0,
    60,
    ECHO,
    ACK_0,
    40,
    DESCRIPTOR_READ_0,
    60,
    ECHO,
    "b0 11 fa 11 05 61 57 00 86",
    60,
    ECHO,
    "b0 11 fa 11 05 66 47 d1 00 ff ff ff ff 40",
    60,
    ECHO,
    "b0 11 fa 11 05 60 c6 16",
    40,
    "b0 11 fa 11 05 63 4a 01 10 00 88",
    60,
    ECHO,
    "b0 11 fa 11 05 60 ca 1a",
    40,
    "b0 11 fa 11 05 60 81 51",
    20,
  ]);
  await expect(text).toMatchFileSnapshot("connection-session.trace");
});

test("S08, S09: a wrong T_ACK ends the connection; data after that is not answered", async () => {
  const text = trace({}, [
    ...START,
    CONNECT,
    40,
    DESCRIPTOR_READ_0,
    60,
    ECHO,
    "b0 11 fa 11 05 60 de 0e",
    60,
    ECHO,
    "b0 11 fa 11 05 61 47 00 96",
    60,
  ]);
  await expect(text).toMatchFileSnapshot("connection-wrong-acknowledge.trace");
});

test("S10: six seconds of silence", async () => {
  const text = trace({}, [...START, CONNECT, 6_040, ECHO]);
  await expect(text).toMatchFileSnapshot("connection-timeout.trace");
});

test("S11: a second partner is refused", async () => {
  const text = trace({}, [...START, CONNECT, 40, "b0 11 fb 11 05 60 80 51", 60, ECHO]);
  await expect(text).toMatchFileSnapshot("connection-second-partner.trace");
});

test("S12: nobody acknowledges: three repetitions, then the end", async () => {
  const text = trace({}, [
    ...START,
    CONNECT,
    40,
    DESCRIPTOR_READ_0,
    60,
    ECHO,
    2_950,
    ECHO,
    2_950,
    ECHO,
    2_950,
    ECHO,
    2_950,
    ECHO,
  ]);
  await expect(text).toMatchFileSnapshot("connection-no-acknowledge.trace");
});
