import { readFileSync } from "node:fs";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { parse, stringify } from "yaml";

import { eventSubject, ledgerFormat, type LedgerEvent } from "../domain/ledger/event.ts";
import { CairnError } from "../shared/errors.ts";
import { isJsonObject, type JsonValue } from "../shared/json.ts";
import { redact } from "../shared/redact.ts";

/** The message of an event's commit: a subject that a person reads, then the event as YAML. */
export function renderLedgerMessage(event: LedgerEvent): string {
  const subject = redact(eventSubject(event)).replaceAll(/\s+/g, " ").slice(0, 200);
  return `${subject}\n\n${stringify(inReadingOrder(event), { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/** What happened and to what first, Cairn's own book-keeping last. */
const firstKeys = ["type", "at", "registry", "asset", "version", "stage", "stages"];
const lastKeys = ["processed", "recipe", "objects", "format"];

function inReadingOrder(event: LedgerEvent): Readonly<Record<string, unknown>> {
  const rank = (key: string): number => {
    if (firstKeys.includes(key)) return firstKeys.indexOf(key) - firstKeys.length;
    return lastKeys.indexOf(key) + 1;
  };
  const entries: readonly (readonly [string, unknown])[] = Object.entries(event);
  return Object.fromEntries(entries.toSorted(([left], [right]) => rank(left) - rank(right)));
}

/**
 * The event in a ledger commit's message. Rejects what Cairn did not write with
 * `LEDGER_UNREADABLE`, and what a newer Cairn wrote with `LEDGER_TOO_NEW`: a wrong answer would
 * be worse than none.
 */
export function parseLedgerMessage(commit: string, message: string): LedgerEvent {
  const blank = message.indexOf("\n\n");
  const value = blank < 0 ? undefined : parsePayload(commit, message.slice(blank + 2));
  if (
    isJsonObject(value) &&
    typeof value["format"] === "number" &&
    value["format"] > ledgerFormat
  ) {
    throw new CairnError({
      code: "LEDGER_TOO_NEW",
      kind: "invalid",
      message: `The ledger commit ${commit} has format ${value["format"]}; this Cairn knows ${ledgerFormat}.`,
      hint: "Use the newest Cairn that works on this registry.",
    });
  }
  const isLedgerEvent = validator();
  if (!isLedgerEvent(value)) throw ledgerUnreadable(commit, firstProblem());
  return detached(value);
}

/** Values of a parsed text are parts of it, and would keep the messages of a whole ledger. */
function detached(event: LedgerEvent): LedgerEvent {
  const copy: LedgerEvent = JSON.parse(JSON.stringify(event));
  return copy;
}

function parsePayload(commit: string, payload: string): JsonValue {
  try {
    const value: JsonValue = parse(payload, { version: "1.2", schema: "core" });
    return value;
  } catch (cause) {
    throw ledgerUnreadable(commit, "its payload is not YAML", cause);
  }
}

function ledgerUnreadable(commit: string, problem: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "LEDGER_UNREADABLE",
    kind: "invalid",
    message: `The ledger commit ${commit} is not an event that Cairn wrote: ${problem}.`,
    hint: "Only Cairn may write to cairn-ledger: protect the branch, and put it back to its last good commit.",
    cause,
  });
}

/** Compiled when the first event is read: most of what a command costs to start. */
let compiled: ValidateFunction<LedgerEvent> | undefined;

function validator(): ValidateFunction<LedgerEvent> {
  compiled ??= compile();
  return compiled;
}

function compile(): ValidateFunction<LedgerEvent> {
  const url = new URL("../../schemas/ledger-event.schema.json", import.meta.url);
  const schema: object = JSON.parse(readFileSync(url, "utf8"));
  return new Ajv2020({ discriminator: true, ownProperties: true }).compile<LedgerEvent>(schema);
}

function firstProblem(): string {
  const [error] = validator().errors ?? [];
  return error === undefined
    ? "it is malformed"
    : `${error.instancePath || "it"} ${error.message ?? "is wrong"}`;
}
