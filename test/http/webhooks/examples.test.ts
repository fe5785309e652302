import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import * as fc from "fast-check";
import { expect, it } from "vitest";

import { readRepositoryId } from "../../../src/http/webhooks/repository-id.ts";
import { isJsonObject, type JsonValue } from "../../../src/shared/json.ts";
import { mutantsOf } from "./mutants.ts";
import { createReceiver, sign } from "./webhook-fixture.ts";

interface Example {
  readonly name: string;
  readonly examples: readonly JsonValue[];
}

const require = createRequire(import.meta.url);
const file = require.resolve("@octokit/webhooks-examples");
const events = JSON.parse(readFileSync(file, "utf8")) as readonly Example[];
const examples = events.flatMap(({ name, examples: payloads }) =>
  payloads.map((payload) => ({ event: name, text: JSON.stringify(payload) })),
);

/** The first of each event, or all of them for who has a minute (`CAIRN_FUZZ`). */
const isThorough = process.env["CAIRN_FUZZ"] !== undefined;
const [mutated, mutants] = isThorough
  ? [examples, 50_000]
  : [examples.filter(({ event }, index) => examples[index - 1]?.event !== event), 10_000];

/** What JSON.parse says, where nothing is odd. */
function expectedId(text: string): string | undefined {
  const value = JSON.parse(text) as JsonValue;
  const repository = isJsonObject(value) ? value["repository"] : undefined;
  const id = isJsonObject(repository) ? repository["id"] : undefined;
  return typeof id === "number" || typeof id === "string" ? String(id) : undefined;
}

it("reads the repository of every example of GitHub, and answers each with 202", async () => {
  const { post, hints } = createReceiver();
  for (const { event, text } of examples) {
    const headers = { "x-github-event": event, "x-hub-signature-256": sign(text) };
    expect(await post(text, headers)).toMatchObject({ status: 202 });
    expect(readRepositoryId([Buffer.from(text)])).toEqual({ isJson: true, id: expectedId(text) });
  }
  const ids = examples.flatMap(({ text }) => expectedId(text) ?? []);

  expect(examples).toHaveLength(329);
  expect(hints).toEqual(ids);
  expect(ids.length).toBeGreaterThan(250);
});

it(`answers ${mutants} mutants of them with 202 or 400, and never fails`, async () => {
  const { post, outcomes } = createReceiver();
  const statuses = new Map<number, number>();
  for (const { body, headers } of mutantsOf(mutated, mutants)) {
    const { status } = await post(body, headers);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }

  expect(new Set(statuses.keys())).toEqual(new Set([202, 400, 401]));
  expect(sum(statuses.values())).toBeGreaterThanOrEqual(mutants);
  expect(sum(Object.values(outcomes()))).toBe(sum(statuses.values()));
  for (const status of [202, 400, 401]) expect(statuses.get(status)).toBeGreaterThan(mutants / 50);
}, 120_000);

it("finds what JSON.parse finds in any object, however it is cut into blocks", () => {
  const key = fc.constantFrom("id", "repository", "a", "\\", '"', "{");
  const { value: anything } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 1 }), tie("object")),
    object: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
  }));
  const delivery = fc.record({
    id: anything,
    repository: fc.dictionary(key, anything),
    z: anything,
  });
  const layout = fc.record({ indent: fc.nat(3), cut: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(delivery, layout, (value, { indent, cut }) => {
      const text = JSON.stringify(value, undefined, indent);
      const bytes = Buffer.from(text);
      const blocks = [];
      for (let at = 0; at < bytes.length; at += cut) blocks.push(bytes.subarray(at, at + cut));
      const found = readRepositoryId(blocks);
      const id = expectedId(text);
      const plain = id !== undefined && /^[1-9]\d{0,19}$/.test(id) ? id : undefined;

      expect(found).toEqual({ isJson: true, id: plain });
    }),
    { numRuns: 500 },
  );
});

it("never throws, and takes every object that JSON.parse takes", () => {
  const parts = '{ } [ ] : , " \\ 1 5 r e p id repository \n \u00ff'.split(" ");
  fc.assert(
    fc.property(fc.array(fc.constantFrom(" ", ...parts), { maxLength: 60 }), (chosen) => {
      const text = chosen.join("");
      const { isJson } = readRepositoryId([Buffer.from(text, "latin1")]);

      expect(isJson || !isObjectText(text)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

it("walks 25 MB of brackets and builds nothing", () => {
  const half = 12 * 1024 * 1024;
  const bytes = Buffer.concat([
    Buffer.from('{"a":'),
    Buffer.alloc(half, "["),
    Buffer.alloc(half, "]"),
    Buffer.from(',"repository":{"id":5}}'),
  ]);
  const before = process.memoryUsage().rss;

  expect(readRepositoryId([bytes])).toEqual({ isJson: true, id: "5" });
  expect(process.memoryUsage().rss - before).toBeLessThan(30 * 1024 * 1024);
});

function isObjectText(text: string): boolean {
  try {
    return isJsonObject(JSON.parse(text) as JsonValue);
  } catch {
    return false;
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
