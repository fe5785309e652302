import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseLedgerMessage,
  renderLedgerMessage,
} from "../../../src/registry/ledger-event-yaml.ts";
import { anyLedgerEvent, blocked, waiting } from "../../domain/ledger/promotion-events.ts";
import { incident, objectId, published, resolved } from "../../support/domain-builders.ts";

const commit = objectId("commit");

it("reads back every event it writes, through the bytes of a commit", () => {
  fc.assert(
    fc.property(anyLedgerEvent, (event) => {
      const message = Buffer.from(renderLedgerMessage(event)).toString();
      expect(parseLedgerMessage(commit, message)).toEqual(event);
    }),
    { numRuns: 1000 },
  );
});

it("writes one short line that a person reads, whatever the event holds", () => {
  fc.assert(
    fc.property(anyLedgerEvent, (event) => {
      const message = renderLedgerMessage(event);
      const [subject = "", blank] = message.split("\n", 2);
      expect(subject.length).toBeLessThanOrEqual(200);
      expect(subject.trim()).not.toBe("");
      expect(blank).toBe("");
      expect(subject).not.toMatch(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
      expect(message).not.toContain("\0");
    }),
    { numRuns: 1000 },
  );
});

it.each([
  { name: "a second subject", message: "gone\n\nformat: 9\ntype: adopted" },
  { name: "carriage returns", message: "gone\r\n\r\nformat: 9" },
  { name: "terminal escapes", message: "\u001b[2Kfine" },
  { name: "text direction", message: "\u202eenif" },
  { name: "10 000 characters", message: "x".repeat(4096) },
  { name: "half a character at the cut", message: `${"x".repeat(189)}😀😀` },
])("keeps an incident with $name apart from its payload", ({ message }) => {
  const event = incident({ message });
  const written = Buffer.from(renderLedgerMessage(event)).toString();
  expect(parseLedgerMessage(commit, written)).toEqual(event);
});

describe("refuses", () => {
  const good = renderLedgerMessage(resolved());

  it.each([
    { name: "no payload", message: "resolve" },
    { name: "an empty message", message: "" },
    { name: "an empty payload", message: "resolve\n\n" },
    { name: "text", message: "resolve\n\nby hand" },
    { name: "a list", message: "resolve\n\n- format: 1" },
    { name: "broken YAML", message: "resolve\n\nformat: [1" },
    { name: "duplicate keys", message: `${good}type: resolved\n` },
    { name: "two documents", message: `${good}---\n${good}` },
    { name: "an alias bomb", message: `x\n\n${aliasBomb()}` },
    { name: "no format", message: good.replace("format: 1\n", "") },
    { name: "format zero", message: good.replace("format: 1", "format: 0") },
    { name: "format as text", message: good.replace("format: 1", 'format: "2"') },
    { name: "an unknown type", message: good.replace("type: resolved", "type: forged") },
    { name: "a missing field", message: good.replace("by: ann\n", "") },
    { name: "a wrong type of field", message: good.replace("by: ann", "by: 1") },
    { name: "an unknown value", message: good.replace("how: restored", "how: forced") },
    { name: "local time", message: good.replace("12:00:00Z", "12:00:00+02:00") },
    { name: "no object id", message: good.replace(/processed: \w+/, "processed: main") },
    {
      name: "a move without its gates",
      message: renderLedgerMessage(blocked()).replace(/ +gates:\n(?: {6,}.*\n)+/, ""),
    },
    {
      name: "an unknown outcome of a gate",
      message: renderLedgerMessage(waiting()).replace("outcome: waiting", "outcome: skipped"),
    },
    {
      name: "a hostile asset",
      message: renderLedgerMessage(published()).replace(
        "asset: models/taxi-fare",
        "asset: models/../x",
      ),
    },
  ])("$name", ({ message }) => {
    expect(() => parseLedgerMessage(commit, message)).toThrow(
      expect.objectContaining({ code: "LEDGER_UNREADABLE", kind: "invalid" }),
    );
  });

  it.each([
    { name: "a newer format of a known type", message: good.replace("format: 1", "format: 2") },
    { name: "a newer format of an unknown type", message: "x\n\nformat: 7\ntype: telepathy\n" },
  ])("$name as too new", ({ message }) => {
    expect(() => parseLedgerMessage(commit, message)).toThrow(
      expect.objectContaining({ code: "LEDGER_TOO_NEW" }),
    );
  });
});

it("reads fields that a later Cairn of the same format added", () => {
  const message = `${renderLedgerMessage(resolved())}approvals: []\n`;
  expect(parseLedgerMessage(commit, message)).toMatchObject(resolved());
});

function aliasBomb(): string {
  const lines = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh"].map((pair) =>
    pair.split(""),
  )) {
    lines.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(", ")}]`);
  }
  return lines.join("\n");
}
