import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAct, maxActBytes, parseAct, type Act } from "../../src/forge/drivers/local/act.ts";

const head = "a".repeat(40);
const commit = "b".repeat(40);
const base = { number: 3, by: { name: "Ann Carter" }, at: "2026-01-02T03:04:05Z" };

const acts: readonly (readonly [subject: string, act: Act])[] = [
  [
    "open by Ann Carter: Better model",
    { ...base, act: "opened", title: "Better\nmodel", body: "", labels: ["a"], branch: "b", head },
  ],
  ["push aaaaaaaaaaaa by Ann Carter", { ...base, act: "pushed", head }],
  ["approve by Ann Carter", { ...base, act: "reviewed", verdict: "approved", body: "", head }],
  [
    "request changes by Ann Carter",
    { ...base, act: "reviewed", verdict: "changes-requested", body: "no", head },
  ],
  ["review by Ann Carter", { ...base, act: "reviewed", verdict: "commented", body: "hm", head }],
  ["comment by Ann Carter", { ...base, act: "commented", body: "one\n\ntwo" }],
  ["label a, b by Ann Carter", { ...base, act: "labelled", labels: ["a", "b"] }],
  ["label nothing by Ann Carter", { ...base, act: "labelled", labels: [] }],
  [
    "merge as bbbbbbbbbbbb by Ann Carter",
    { ...base, act: "merged", method: "squash", head, commit },
  ],
  ["close by Ann Carter", { ...base, act: "closed", reason: "old", head }],
];

/** A good message with one thing changed. */
function changed(change: Readonly<Record<string, unknown>>): string {
  const message = formatAct({ ...base, act: "reviewed", verdict: "approved", body: "", head });
  const start = message.indexOf("{");
  return `${message.slice(0, start)}${JSON.stringify({ ...JSON.parse(message.slice(start)), ...change })}`;
}

describe("an act", () => {
  it.each(acts)("%s", (subject, act) => {
    const message = formatAct(act);
    expect(message.split("\n", 2)).toEqual([subject, ""]);
    expect(parseAct(message)).toEqual(act);
  });

  it("comes back whatever people write", () => {
    const text = fc.string({ unit: "binary" });
    const accounts = fc.record({ name: text, email: text, login: text, isBot: fc.boolean() });
    fc.assert(
      fc.property(accounts, text, fc.array(text), (by, body, labels) => {
        const opened = {
          ...base,
          by,
          act: "opened",
          title: body,
          body,
          branch: body,
          head,
        } as const;
        const act: Act = { ...opened, labels: [...new Set(labels)] };
        const message = formatAct(act);
        expect(parseAct(message)).toEqual(act);
        expect(message.slice(0, message.indexOf("\n\n"))).not.toMatch(/\n|\p{Cc}/u);
      }),
    );
  });

  it("takes no key from what is written", () => {
    const by = { name: "Ann", signingKey: "ssh-ed25519 AAAA" };
    expect(parseAct(formatAct({ ...base, by, act: "commented", body: "" }))?.by).toEqual({
      name: "Ann",
    });
    expect(parseAct(changed({ by }))?.by).toEqual({ name: "Ann" });
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "approve\n\napprove"],
    ["JSON that ends early", `approve\n\n{"format": 1`],
    ["a list", "approve\n\n[]"],
    ["a deep one", `approve\n\n${"[".repeat(200_000)}`],
    ["another format", changed({ format: 2 })],
    ["an unknown act", changed({ act: "constructor" })],
    ["no number", changed({ pull_request: "3" })],
    ["nobody", changed({ by: null })],
    ["a list of people", changed({ by: [] })],
    ["an unknown verdict", changed({ verdict: "dismissed" })],
    ["a short id", changed({ head: "abc" })],
    ["an id in capitals", changed({ head: "A".repeat(40) })],
    ["no text", changed({ body: 1 })],
    ["labels that are none", changed({ act: "labelled", labels: ["a", 1] })],
    ["an unknown way to merge", changed({ act: "merged", method: "rebase", commit })],
    ["no time", changed({ at: "yesterday" })],
    ["a time that there is not", changed({ at: "2026-02-30T00:00:00Z" })],
    ["another time zone", changed({ at: "2026-02-03T00:00:00+01:00" })],
    ["too much", changed({ body: "x".repeat(maxActBytes) })],
  ])("is not read from %s", (_, message) => {
    expect(parseAct(changed({}))).toBeDefined();
    expect(parseAct(message)).toBeUndefined();
  });

  it("is read in full or not at all, whatever stands in one field", () => {
    expect.hasAssertions();
    const fields = Object.keys(JSON.parse(changed({}).replace(/^[^{]*/, "")) as object);
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        const act = parseAct(changed({ [field]: value }));
        expect(act && parseAct(formatAct(act))).toEqual(act);
      }),
    );
  });
});
