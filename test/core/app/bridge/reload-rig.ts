import type { BridgeConfig } from "../../../../src/core/config.ts";
import { groupSet } from "../../../../src/core/group-set.ts";
import type { rig } from "./rig.ts";

/** Another configuration, without restart. */
export const reloadTo = (it: ReturnType<typeof rig>, changed: BridgeConfig): void =>
  it.feed({
    for: "bridge",
    type: "reload.req",
    config: changed,
    groups: groupSet(changed.objects.map(({ ga }) => ga)),
    reconnects: false,
    hash: "b3c1",
    restartRequired: [],
    warnings: 0,
    imported: null,
    at: it.now(),
  });
