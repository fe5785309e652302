import type { JsonValue } from "../../../src/shared/json.ts";
import { sign } from "./webhook-fixture.ts";

export interface Delivery {
  readonly body: string | Uint8Array;
  readonly headers: Record<string, string>;
}

interface Example {
  readonly event: string;
  readonly text: string;
}

/** Values of another kind than the one that stood there. */
const others: readonly JsonValue[] = [null, true, -1, 1e300, "", "x", [], {}, [{}], { id: 5 }];

/** At least so many wrong deliveries, the same ones each time, spread over all examples. */
export function* mutantsOf(examples: readonly Example[], count: number): Iterable<Delivery> {
  const each = Math.ceil(count / examples.length);
  for (const [index, { event, text }] of examples.entries()) {
    const next = examples[(index + 1) % examples.length] ?? { event, text };
    let made = 0;
    for (const body of wholeMutants(text)) {
      made += 1;
      yield signed(body, event);
    }
    for (const headers of headerMutants(text, next)) {
      made += 1;
      yield { body: text, headers };
    }
    for (const body of fieldMutants(text, each - made)) yield signed(body, event);
  }
}

function signed(body: string | Uint8Array, event: string): Delivery {
  return { body, headers: { "x-github-event": event, "x-hub-signature-256": sign(body) } };
}

/** The text with one field, at any depth, taken away, emptied or of another kind. */
function* fieldMutants(text: string, count: number): Iterable<string> {
  const root = JSON.parse(text) as JsonValue;
  const fields = [...fieldsOf(root)];
  const stride = Math.max(1, (3 * fields.length) / count);
  for (let turn = 0; turn < count; turn += 1) {
    const place = Math.floor(turn * stride) % (3 * fields.length);
    const field = fields[Math.floor(place / 3)];
    if (field === undefined) return;
    const [holder, key, value] = field;
    if (place % 3 === 0) Reflect.deleteProperty(holder, key);
    else Reflect.set(holder, key, place % 3 === 1 ? others[0] : others[turn % others.length]);
    yield JSON.stringify(root);
    Reflect.set(holder, key, value);
  }
}

function* fieldsOf(value: JsonValue): Iterable<readonly [object, string, unknown]> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value, key, inner];
    yield* fieldsOf(inner);
  }
}

function* wholeMutants(text: string): Iterable<string | Uint8Array> {
  for (const part of [0, 1, 0.1, 0.5, 0.9]) yield text.slice(0, Math.floor(text.length * part));
  yield text.slice(0, -1);
  yield text.slice(1);
  yield `\uFEFF${text}`;
  yield Buffer.from(text, "utf16le");
  yield Buffer.concat([Buffer.from(text), Buffer.of(0)]);
  yield Buffer.from(text.replaceAll(/[aeiou]/g, "\u00e9"), "latin1");
  yield text.replace("{", '{"repository":{"id":1},"repository":{"id":2},');
  yield text.replaceAll("{", '{"id":1,"id":"1",');
  yield text.replace("{", `{"deep":${"[".repeat(5000)}${"]".repeat(5000)},`);
  yield text.replace("{", `{"deep":${"[".repeat(5000)},`);
  yield text.replace("{", `{"long":"${"x".repeat(100_000)}",`);
  yield text.replaceAll('"', "'");
  yield text.replaceAll(":", "=");
  yield `[${text}]`;
  yield text + text;
  yield `payload=${encodeURIComponent(text)}`;
}

function* headerMutants(text: string, other: Example): Iterable<Record<string, string>> {
  const signature = sign(text);
  const fits = { "x-hub-signature-256": signature };
  yield { ...fits, "x-github-event": other.event };
  yield { ...fits, "x-github-event": "../../etc/passwd" };
  yield { ...fits, "content-type": "application/x-www-form-urlencoded" };
  yield { ...fits, "content-type": "multipart/form-data; boundary=x" };
  yield { ...fits, "content-encoding": "gzip" };
  yield { ...fits, "x-github-delivery": "\u00e9".repeat(500) };
  yield { "x-hub-signature-256": sign(other.text) };
  yield { "x-hub-signature-256": sign(text, "another secret") };
  yield { "x-hub-signature-256": signature.toUpperCase() };
  yield { "x-hub-signature-256": `${signature},${signature}` };
  yield { "x-hub-signature": signature };
  yield {};
}
