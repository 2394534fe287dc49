import { describe, expect, test } from "vitest";
import type { ObjectConfig } from "../../../../src/core/config.ts";
import { config, object, ready } from "./rig.ts";

const YAML = [object("1/2/3", "1.001", { name: "of the file" })];
const ETS = [
  object("1/2/3", "5.001", { name: "of ETS" }),
  object("4/0/12", "9.001", { name: "Outside" }),
  object("4/0/13", "9.007", { writable: false }),
];

const loaded = (objects: readonly ObjectConfig[], more = {}) => {
  const it = ready(config(YAML, more));
  const load = (list: readonly ObjectConfig[]) =>
    it.feed({ for: "bridge", type: "objects.req", objects: list, at: it.now() });
  load(objects);
  return { ...it, load };
};

describe("objects that ETS has loaded", () => {
  test("are topics with name and type like any other", () => {
    const it = loaded(ETS);
    it.telegram("A_GroupValue_Write.ind", "4/0/12", "0c 33");
    expect(it.documents(/state$/)).toMatchObject([
      { ga: "4/0/12", name: "Outside", dpt: "9.001", value: 21.5, unit: "°C" },
    ]);
  });

  test("can be set where they may", () => {
    const it = loaded(ETS);
    it.message("knx/ga/4/0/12/set", "20");
    it.message("knx/ga/4/0/13/set", `{"value":40,"id":"a"}`);
    it.advance(1_000);
    expect(it.sent.map(({ request }) => request)).toMatchObject([
      { type: "A_GroupValue_Write.req", destination: 0x200c, value: { octets: [0x07, 0xd0] } },
    ]);
    expect(it.documents(/4\/0\/13\/result$/)).toMatchObject([
      { id: "a", error: { code: "read_only" } },
    ]);
  });

  test("where the file knows an address too, the file wins", () => {
    const it = loaded(ETS);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "/1");
    expect(it.documents(/state$/)).toMatchObject([
      { name: "of the file", dpt: "1.001", value: true },
    ]);
  });

  test("others take their place; what is held is told anew when it means something else", () => {
    const it = loaded(ETS);
    it.telegram("A_GroupValue_Write.ind", "4/0/12", "0c 33");
    it.telegram("A_GroupValue_Write.ind", "4/0/13", "0c 33");
    it.published.length = 0;
    it.load([object("4/0/12", "9.002"), object("4/0/13", "9.007", { writable: true })]);
    expect(it.documents(/state$/)).toMatchObject([{ ga: "4/0/12", dpt: "9.002", value: 21.5 }]);
  });

  test("another type while the broker is away is told when it is back, to a broker that forgot nothing", () => {
    const it = loaded(ETS, { lookBack: true, instanceId: "00fa:17" });
    const back = () => {
      it.broker(true);
      it.message("knx/bridge/info", '{"instance_id":"00fa:17"}', { retain: true });
      it.message("knx/bridge/state", "offline", { retain: true });
      it.advance(3_000);
    };
    back();
    it.telegram("A_GroupValue_Write.ind", "4/0/12", "0c 33");
    it.broker(false);
    it.load([object("4/0/12", "9.002", { name: "Difference" })]);
    it.published.length = 0;
    back();
    expect(it.documents(/4\/0\/12\/state$/)).toMatchObject([
      { ga: "4/0/12", name: "Difference", dpt: "9.002", value: 21.5 },
    ]);
  });

  test("unloaded, their addresses are unknown, and those of the file are not", () => {
    const it = loaded(ETS);
    it.telegram("A_GroupValue_Write.ind", "4/0/12", "0c 33");
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "/1");
    it.load([]);
    it.published.length = 0;
    it.broker(false);
    it.broker(true);
    expect(it.documents(/ga\/.*state$/).map(({ ga }) => ga)).toEqual(["1/2/3"]);
    it.message("knx/ga/4/0/12/set", `{"value":20,"id":"b"}`);
    expect(it.documents(/result$/)).toMatchObject([{ id: "b", error: { code: "unknown_ga" } }]);
  });
});
