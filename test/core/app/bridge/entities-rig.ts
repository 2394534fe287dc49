import type {
  EntityConfig,
  EntityOptions,
  RoleAddress,
  RoleName,
} from "../../../../src/core/app/bridge/entities/config.ts";
import type { BridgeConfig, ObjectConfig } from "../../../../src/core/config.ts";
import { config, ga, object, ready, type rig, type value } from "./rig.ts";

/** `1/1/10`, or `1/1/10 1/4/10` for write and state; a dash for neither. */
type Addresses = Readonly<Partial<Record<RoleName, string>>>;

export const entity = (id: string, options: EntityOptions, roles: Addresses): EntityConfig => ({
  id,
  ...options,
  roles: Object.fromEntries(
    Object.entries(roles).map(([role, text]) => [role, addressesIn(text)] as const),
  ),
});

const addressesIn = (text: string): RoleAddress => {
  const [write = "-", state = "-"] = text.split(" ");
  return {
    ...(write !== "-" && { write: ga(write) }),
    ...(state !== "-" && { state: ga(state) }),
  };
};

/** Objects by address, with their type. */
export const objects = (types: Readonly<Record<string, string>>): readonly ObjectConfig[] =>
  Object.entries(types).map(([address, dpt]) => object(address, dpt));

export const withEntities = (
  entities: readonly EntityConfig[],
  known: readonly ObjectConfig[],
  more: Partial<BridgeConfig> = {},
): BridgeConfig => config(known, { entities, ...more });

/** What a rig has sent: `1/3/10 99`. */
export const sentBy = ({ sent }: ReturnType<typeof rig>): readonly string[] =>
  sent.map(({ request }) => `${dotted(request.destination)} ${shown(request)}`);

const dotted = (address: number): string =>
  [address >> 11, (address >> 8) & 7, address & 0xff].join("/");

const shown = (request: Readonly<{ type: string; value?: ReturnType<typeof value> }>): string =>
  request.value === undefined
    ? "?"
    : request.value.short
      ? `/${request.value.octets[0]}`
      : [...request.value.octets].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");

/** Everything a `set` leads to when nobody else is there. */
export const told = (bridge: BridgeConfig, id: string, payload: string, role?: string) => {
  const it = ready(bridge);
  it.message(`knx/entity/${id}/set${role === undefined ? "" : `/${role}`}`, payload);
  it.advance(2_000);
  return { it, sent: sentBy(it), errors: it.documents(/error$/) };
};
