import type { Octets } from "../core/octets.ts";
import type { Cancel } from "./clock.ts";

/** What a transport connection needs around it, and whom it tells. */
export type Surroundings = Readonly<{
  later: (ms: number, run: () => void) => Cancel;
  /** Control TPDUs go with priority system: `priority` is left out. */
  send: (to: number, tpdu: Octets, priority?: number) => void;
  opened: () => void;
  /** An APDU arrived, for the first time and in its turn. The transport bits of its first octet are 0. */
  delivered: (apdu: Octets, priority: number) => void;
}>;

/** The server end of transport connections, one at a time, with the manners of style 3. `layers.md` C. */
export interface Server {
  /** Whoever is connected. */
  readonly partner: number | undefined;
  receive(tpdu: Octets, source: number, priority: number): void;
  /** Goes to the partner; when the one before is not acknowledged yet, it waits. Without a partner it is forgotten. */
  answer(apdu: Octets, priority: number): void;
  /** Ends the connection without a word. */
  drop(): void;
}

type Answer = Readonly<{ apdu: Octets; priority: number }>;

type Connection = {
  readonly partner: number;
  /** Number of the own data next in turn, and of the partner's. */
  sends: number;
  receives: number;
  /** The first one is on its way until it is acknowledged. */
  readonly answers: Answer[];
  onItsWay: boolean;
  repetitions: number;
  stopConnectionTimer: Cancel;
  stopAcknowledgeTimer: Cancel;
};

export const createServer = ({ later, send, opened, delivered }: Surroundings): Server => {
  let connection: Connection | undefined;

  const open = (partner: number): void => {
    const fresh: Connection = {
      partner,
      sends: 0,
      receives: 0,
      answers: [],
      onItsWay: false,
      repetitions: 0,
      stopConnectionTimer: () => {},
      stopAcknowledgeTimer: () => {},
    };
    connection = fresh;
    alive(fresh);
    opened();
  };

  const drop = (): void => {
    connection?.stopConnectionTimer();
    connection?.stopAcknowledgeTimer();
    connection = undefined;
  };

  const giveUp = ({ partner }: Connection): void => {
    send(partner, [T_DISCONNECT]);
    drop();
  };

  /** Something was heard or said inside the connection. */
  const alive = (at: Connection): void => {
    at.stopConnectionTimer();
    at.stopConnectionTimer = later(CONNECTION_TIMEOUT_MS, () => giveUp(at));
  };

  const transmit = (at: Connection): void => {
    const [answer] = at.answers;
    if (answer === undefined) return;
    const [first = 0, ...rest] = answer.apdu;
    at.onItsWay = true;
    send(at.partner, [T_DATA | (at.sends << 2) | first, ...rest], answer.priority);
    at.stopAcknowledgeTimer();
    at.stopAcknowledgeTimer = later(ACKNOWLEDGE_TIMEOUT_MS, () => again(at));
    alive(at);
  };

  const again = (at: Connection): void => {
    if (at.repetitions === MAX_REPETITIONS) giveUp(at);
    else {
      at.repetitions++;
      transmit(at);
    }
  };

  const data = (at: Connection, tpdu: Octets, priority: number): void => {
    const [first = 0, ...rest] = tpdu;
    const number = numberOf(first);
    const isNext = number === at.receives;
    const isPrevious = number === ((at.receives - 1) & 0x0f);
    send(at.partner, [(isNext || isPrevious ? T_ACK : T_NAK) | (number << 2)]);
    alive(at);
    if (!isNext) return;
    at.receives = (at.receives + 1) & 0x0f;
    delivered([first & 0x03, ...rest], priority);
  };

  const acknowledged = (at: Connection, number: number): void => {
    if (!at.onItsWay) return;
    if (number !== at.sends) {
      giveUp(at);
      return;
    }
    at.stopAcknowledgeTimer();
    at.sends = (at.sends + 1) & 0x0f;
    at.onItsWay = false;
    at.repetitions = 0;
    at.answers.shift();
    alive(at);
    transmit(at);
  };

  const refused = (at: Connection, number: number): void => {
    if (number !== at.sends) return;
    if (at.onItsWay) again(at);
    else giveUp(at);
  };

  const control = (first: number, source: number): void => {
    const at = connection;
    const isPartner = source === at?.partner;
    if (first === T_CONNECT && at === undefined) open(source);
    else if (first === T_CONNECT && !isPartner) send(source, [T_DISCONNECT]);
    else if (first === T_DISCONNECT && isPartner) drop();
    else if (at === undefined || !isPartner) return;
    else if ((first & ~NUMBER) === T_ACK) acknowledged(at, numberOf(first));
    else if ((first & ~NUMBER) === T_NAK) refused(at, numberOf(first));
  };

  return {
    get partner() {
      return connection?.partner;
    },
    receive: (tpdu, source, priority) => {
      const [first = 0] = tpdu;
      if ((first & CONTROL) !== 0 && tpdu.length === 1) control(first, source);
      else if ((first & (CONTROL | T_DATA)) === T_DATA && tpdu.length > 1)
        if (connection?.partner === source) data(connection, tpdu, priority);
    },
    answer: (apdu, priority) => {
      if (connection === undefined || connection.answers.length === ANSWER_LIMIT) return;
      connection.answers.push({ apdu, priority });
      if (!connection.onItsWay) transmit(connection);
    },
    drop,
  };
};

const numberOf = (first: number): number => (first & NUMBER) >> 2;

const CONTROL = 0x80;
const NUMBER = 0x3c;
const T_DATA = 0x40;
const T_CONNECT = 0x80;
const T_DISCONNECT = 0x81;
const T_ACK = 0xc2;
const T_NAK = 0xc3;

/** KNX 03.03.04 Transport Layer; `layers.md` C.1. */
const CONNECTION_TIMEOUT_MS = 6_000;
const ACKNOWLEDGE_TIMEOUT_MS = 3_000;
const MAX_REPETITIONS = 3;
/** Answers that wait for their turn: nobody asks so much at once. */
const ANSWER_LIMIT = 8;
