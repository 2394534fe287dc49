import { expect, test } from "vitest";
import { withoutSecrets } from "../../src/shell/without-secrets.ts";

test("keys, passwords and what came with a request are hidden, the rest is there", () => {
  expect(
    withoutSecrets({
      for: "store",
      type: "save",
      record: { address: 0x1105, keys: [[0x0b, 0xad]], settings: { downloads: 3 } },
    }),
  ).toEqual({
    for: "store",
    type: "save",
    record: { address: 0x1105, keys: "***", settings: { downloads: 3 } },
  });
  expect(
    withoutSecrets({
      for: "client",
      type: "procedure.req",
      procedure: { name: "device.info", key: [1, 2, 3, 4], address: 0x1107 },
    }),
  ).toMatchObject({ procedure: { name: "device.info", key: "***", address: 0x1107 } });
  const message = { for: "bridge", type: "message.ind", payload: '{"yaml":"password: x"}' };
  expect(withoutSecrets({ ...message, topic: "knx/bridge/request/config/apply" })).toMatchObject({
    payload: "***",
  });
  expect(withoutSecrets({ ...message, topic: "knx/ga/1/2/3/set" })).toMatchObject(message);
  expect(withoutSecrets([null, 7, "text"])).toEqual([null, 7, "text"]);
});
