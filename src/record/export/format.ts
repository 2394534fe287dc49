import type { Traffic } from "../traffic.ts";
import type { Clock } from "../words.ts";

/** What a file says of the recording it comes from. */
export type About = Readonly<{
  /** Version of knxpi that recorded. */
  program: string;
  instance: string;
  /** Milliseconds since 1970. */
  begin: number;
  clock: Clock;
}>;

/** The octets or the text of a file, piece by piece. */
export type Format = (
  about: About,
  traffic: AsyncIterable<Traffic>,
) => AsyncGenerator<string | Uint8Array>;
