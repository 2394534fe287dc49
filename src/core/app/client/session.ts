import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { Octets } from "../../octets.ts";
import { toHex } from "../../octets.ts";
import type { Apdu } from "../../stack/7-al/apdu.ts";
import {
  type Answer,
  done,
  fail,
  type Result,
  request,
  SEND_MS,
  type Session,
  type Steps,
} from "./ask.ts";
import { areOctets } from "./range.ts";

/** A device, and a key if there is one. */
export type Target = Readonly<{ peer: IndividualAddress; key?: Octets }>;

/**
 * A connection, and with a key the access it gives. DMP_Connect_RCo, DMP_Authorize_RCo.
 * @param own our own address: nobody can be asked about himself over the bus
 */
export function* open(target: Target, own: IndividualAddress): Steps<Result<Session>> {
  const { peer, key } = target;
  const wrong = wrongTarget(target, own);
  if (wrong !== undefined) return wrong;
  const connected = yield* connect(peer);
  if (!connected.ok) return connected;
  const session: Session = { peer, mode: "connected" };
  return key === undefined ? done(session) : yield* authorize(session, key);
}

/**
 * The same steps without a connection, and in one where that was not answered: old devices answer nothing else. With a key
 * only in a connection, because a level lasts as long as one.
 */
export function* inEitherMode<T>(
  target: Target,
  own: IndividualAddress,
  steps: (session: Session) => Steps<Result<T>>,
): Steps<Result<T>> {
  if (target.key === undefined) {
    const wrong = wrongTarget(target, own);
    if (wrong !== undefined) return wrong;
    const result = yield* steps({ peer: target.peer, mode: "connectionless" });
    if (result.ok || result.error.code !== "no_answer") return result;
  }
  const session = yield* open(target, own);
  return session.ok ? yield* steps(session.value) : session;
}

/**
 * T_Disconnect.ind does not say why there is no connection. A telegram without one tells: it is not sent, not acknowledged,
 * or acknowledged by a device that takes no connection; then once more, because the T_Connect or its confirmation may have
 * been lost.
 */
export function* connect(peer: IndividualAddress): Steps<Answer> {
  const first = yield { ask: "connect", peer };
  if (first.ok || first.error.code !== "disconnected") return first;
  const to = { mode: "connectionless", peer } as const;
  const probe = yield { ask: "send", to, apdu: READ_DESCRIPTOR, ms: SEND_MS };
  return probe.ok ? yield { ask: "connect", peer } : probe;
}

function* authorize(session: Session, key: Octets): Steps<Result<Session>> {
  const apdu: Apdu = { service: "A_Authorize_Request", key };
  const answer = yield* request(session, apdu, "A_Authorize_Response", {});
  if (!answer.ok) return answer;
  const { level } = answer.value;
  return LOWEST.includes(level)
    ? fail(
        "refused",
        `${formatIndividualAddress(session.peer)} does not know the key ${toHex(key)}: it grants no more than it grants everybody (level ${level}). Check the key.`,
      )
    : done({ ...session, level });
}

/** Without a key with the one that everybody has, as the engineering tool does it; what it is worth shows later. */
export function* access(session: Session, key: Octets | undefined): Steps<Result<Session>> {
  if (key !== undefined) return yield* authorize(session, key);
  const apdu = { service: "A_Authorize_Request", key: FACTORY_KEY } as const;
  const answer = yield* request(session, apdu, "A_Authorize_Response", {});
  return answer.ok ? done(session) : answer;
}

const FACTORY_KEY: Octets = [0xff, 0xff, 0xff, 0xff];

/** The right of everybody, on devices with 4 and with 16 levels. `layers.md` D.7 */
const LOWEST: readonly number[] = [3, 15];

/** Mask version, 0 … FFFF. DM_DeviceDescriptor. */
export function* readMask(session: Session): Steps<Result<number>> {
  const patience = { tries: 1 };
  const answer = yield* request(
    session,
    READ_DESCRIPTOR,
    "A_DeviceDescriptor_Response",
    {},
    patience,
  );
  if (!answer.ok) return answer;
  const { descriptorType, descriptor } = answer.value;
  const [high, low] = descriptor;
  return descriptorType === 0 && high !== undefined && low !== undefined
    ? done((high << 8) | low)
    : fail(
        "refused",
        `${formatIndividualAddress(session.peer)} tells no mask version (descriptor type ${descriptorType}).`,
      );
}

const READ_DESCRIPTOR: Apdu = { service: "A_DeviceDescriptor_Read", descriptorType: 0 };

/** Who is at an address: nobody, somebody who says nothing, or a device with a mask version. */
export type Presence = Readonly<{ there: false } | { there: true; mask?: number }>;

/**
 * NM_IndividualAddress_Check. First without a connection: one telegram, and its acknowledge tells an absent device from a
 * bus that is away, which T_Disconnect.ind does not. Then in a connection, for old devices.
 */
export function* reach(peer: IndividualAddress): Steps<Result<Presence>> {
  const silent: Session = { peer, mode: "connectionless" };
  const patience = { ms: REACH_MS, tries: 1 };
  const first = yield* request(
    silent,
    READ_DESCRIPTOR,
    "A_DeviceDescriptor_Response",
    {},
    patience,
  );
  if (first.ok) return done(presence(first.value.descriptorType, first.value.descriptor));
  if (first.error.code === "not_found") return done({ there: false });
  if (first.error.code !== "no_answer") return first;
  const connected = yield* connect(peer);
  if (!connected.ok) {
    const { code } = connected.error;
    if (code === "not_found") return done({ there: false });
    return code === "disconnected" ? done({ there: true }) : connected;
  }
  const mask = yield* readMask({ peer, mode: "connected" });
  yield { ask: "disconnect", peer };
  return done(mask.ok ? { there: true, mask: mask.value } : { there: true });
}

const presence = (descriptorType: number, descriptor: Octets): Presence => {
  const [high, low] = descriptor;
  return descriptorType === 0 && high !== undefined && low !== undefined
    ? { there: true, mask: (high << 8) | low }
    : { there: true };
};

/** Nobody can be asked about himself over the bus, and a key has 4 octets. */
export const wrongTarget = (
  { peer, key }: Target,
  own: IndividualAddress,
): Result<never> | undefined => {
  if (peer === own)
    return fail(
      "refused",
      `${formatIndividualAddress(peer)} is this device itself. It cannot be asked over its own bus: ask another one.`,
    );
  return key === undefined || (key.length === 4 && areOctets(key))
    ? undefined
    : fail("refused", "A key has 4 octets, for example ff ff ff ff.");
};

/** Devices answer within 450 ms (`device-model.md` §7.2); a whole line is not to wait three seconds for each old device. */
const REACH_MS = 1_000;
