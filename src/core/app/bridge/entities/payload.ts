import { failure } from "../commands/errors.ts";
import {
  bad,
  isObject,
  notJson,
  parseJson,
  type Read,
  readSet,
  readSetEnvelope,
  type SetRequest,
} from "../commands/payload.ts";

/**
 * A `set` of an entity: its `content` is an object of what is asked for, by name. `mqtt-interface.md` §7
 * @param role of a topic that names it, then anything that a `set` of a group address takes; null: a JSON object, in which what
 *   an envelope has stands beside what is asked for
 */
export const readEntitySet = (payload: string, role: string | null): Read<SetRequest> => {
  if (role !== null) {
    const read = readSet(payload);
    if (!read.ok || read.request.content.is === "raw") return read;
    const value = { [role]: read.request.content.value };
    return { ok: true, request: { ...read.request, content: { is: "value", value } } };
  }
  const json = parseJson(payload);
  if (json === undefined && /^\s*[{[]/.test(payload)) return notJson();
  const document: unknown = json?.value;
  if (!isFields(document))
    return bad(null, failure("invalid_value", 'An entity takes a JSON object: {"state":"ON"}'));
  const { id, priority, ttl_ms, queue, confirm, ...value } = document;
  return readSetEnvelope({ id, priority, ttl_ms, queue, confirm, value });
};

const isFields = (json: unknown): json is Readonly<Record<string, unknown>> => isObject(json);
