import { expect, describe, it } from "vitest";

import { address, createReceiver, deliveryOf, secret, sign } from "./webhook-fixture.ts";

const body = deliveryOf(186853002);
const signed = { "x-hub-signature-256": sign(body) };

describe("who may deliver", () => {
  it.each([
    { name: "no signature", headers: {} },
    { name: "an empty one", headers: { "x-hub-signature-256": "" } },
    { name: "only its prefix", headers: { "x-hub-signature-256": "sha256=" } },
    { name: "no prefix", headers: { "x-hub-signature-256": sign(body).slice(7) } },
    { name: "another prefix", headers: { "x-hub-signature-256": `sha1=${sign(body).slice(7)}` } },
    { name: "upper case", headers: { "x-hub-signature-256": sign(body).toUpperCase() } },
    { name: "upper case digits", headers: { "x-hub-signature-256": upperDigits(sign(body)) } },
    { name: "one digit less", headers: { "x-hub-signature-256": sign(body).slice(0, -1) } },
    { name: "one digit more", headers: { "x-hub-signature-256": `${sign(body)}0` } },
    { name: "no digits", headers: { "x-hub-signature-256": `sha256=${"g".repeat(64)}` } },
    {
      name: "the header twice",
      headers: { "x-hub-signature-256": `${sign(body)}, ${sign(body)}` },
    },
    { name: "another secret", headers: { "x-hub-signature-256": sign(body, "guess") } },
    { name: "no secret", headers: { "x-hub-signature-256": sign(body, "") } },
    { name: "another body", headers: { "x-hub-signature-256": sign(`${body} `) } },
    { name: "the old header alone", headers: { "x-hub-signature": sign(body) } },
    { name: "a huge header", headers: { "x-hub-signature-256": "sha256=".repeat(1000) } },
  ])("refuses $name with 401, and looks at nothing", async ({ headers }) => {
    const { post, hints, outcomes } = createReceiver();
    const response = await post(body, { "content-type": "application/json", ...headers });

    expect(response.status).toBe(401);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(hints).toEqual([]);
    expect(outcomes()).toEqual({ unsigned: 1 });
  });

  it("says the same of a body that is no JSON as of one that is", async () => {
    const { post } = createReceiver();
    const headers = { "x-hub-signature-256": sign("other") };
    const answers = await Promise.all(
      [body, "{", "", deliveryOf(1)].map(async (text) => (await post(text, headers)).text()),
    );

    expect(new Set(answers).size).toBe(1);
  });

  it.each([{ key: "old" }, { key: "new" }])(
    "takes the $key secret while two count",
    async ({ key }) => {
      const { post, hints } = createReceiver({ secrets: ["new", "old"] });
      const response = await post(body, { "x-hub-signature-256": sign(body, key) });

      expect(response.status).toBe(202);
      expect(hints).toEqual(["186853002"]);
    },
  );

  it("takes nothing while it has no secret, and says how to give it one", async () => {
    const { post, hints } = createReceiver({ secrets: [] });
    const response = await post(body, { "x-hub-signature-256": sign(body, "") });

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: "HTTP_WEBHOOKS_OFF",
      hint: expect.stringContaining("webhooks: { github: { secrets:"),
    });
    expect(hints).toEqual([]);
  });
});

describe("what a delivery does", () => {
  it.each([
    { name: "a number", text: body, hints: ["186853002"], outcome: "accepted" },
    {
      name: "digits in quotes",
      text: deliveryOf("186853002"),
      hints: ["186853002"],
      outcome: "accepted",
    },
    { name: "another repository", text: deliveryOf(7), hints: ["7"], outcome: "ignored" },
    {
      name: "a number past 2^53",
      text: '{"repository":{"id":90071992547409931}}',
      hints: ["90071992547409931"],
      outcome: "ignored",
    },
    { name: "no id", text: '{"repository":{}}', hints: [], outcome: "ignored" },
    { name: "no repository", text: '{"zen":"Keep it simple."}', hints: [], outcome: "ignored" },
    {
      name: "a repository that is null",
      text: '{"repository":null}',
      hints: [],
      outcome: "ignored",
    },
    {
      name: "a repository that is a list",
      text: '{"repository":[{"id":5}]}',
      hints: [],
      outcome: "ignored",
    },
    { name: "an id that is null", text: deliveryOf(null), hints: [], outcome: "ignored" },
    { name: "an id that is an object", text: deliveryOf({ id: 5 }), hints: [], outcome: "ignored" },
    { name: "a negative id", text: deliveryOf(-5), hints: [], outcome: "ignored" },
    { name: "an id with a fraction", text: deliveryOf(1.5), hints: [], outcome: "ignored" },
    {
      name: "an id in scientific form",
      text: '{"repository":{"id":1e9}}',
      hints: [],
      outcome: "ignored",
    },
    {
      name: "a very long id",
      text: `{"repository":{"id":${"9".repeat(400)}}}`,
      hints: [],
      outcome: "ignored",
    },
    {
      name: "the id of somebody else's fork",
      text: '{"forkee":{"id":5},"repository":{"owner":{"id":6}}}',
      hints: [],
      outcome: "ignored",
    },
    {
      name: "two repositories",
      text: '{"repository":{"id":5},"repository":{"id":6}}',
      hints: [],
      outcome: "ignored",
    },
    { name: "two ids", text: '{"repository":{"id":5,"id":6}}', hints: [], outcome: "ignored" },
    {
      name: "a prototype",
      text: '{"__proto__":{"repository":{"id":5}}}',
      hints: [],
      outcome: "ignored",
    },
    {
      name: "a repository further in",
      text: '{"a":{"repository":{"id":5}}}',
      hints: [],
      outcome: "ignored",
    },
    {
      name: "brackets in a text",
      text: '{"a":"}{\\"","repository":{"id":5}}',
      hints: ["5"],
      outcome: "ignored",
    },
    {
      name: "an escape before the end",
      text: '{"a":"\\\\","repository":{"id":5}}',
      hints: ["5"],
      outcome: "ignored",
    },
  ])("$name is $outcome, and answered the same", async ({ text, hints, outcome }) => {
    const receiver = createReceiver();
    const response = await receiver.post(text, { "x-hub-signature-256": sign(text) });

    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ status: "accepted" });
    expect(receiver.hints).toEqual(hints);
    expect(receiver.outcomes()).toEqual({ [outcome]: 1 });
  });

  it.each([
    { name: "a form", text: `payload=${encodeURIComponent(body)}` },
    { name: "nothing", text: "" },
    { name: "half of it", text: body.slice(0, -1) },
    { name: "half of a string", text: '{"a":"b' },
    { name: "more than one", text: body + body },
    { name: "a list", text: `[${body}]` },
    { name: "a byte order mark", text: `\uFEFF${body}` },
    { name: "a number", text: "186853002" },
  ])("$name is answered with 400 to those who can sign", async ({ text }) => {
    const { post, hints, outcomes } = createReceiver();
    const response = await post(text, { "x-hub-signature-256": sign(text) });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining("application/json"),
    });
    expect(hints).toEqual([]);
    expect(outcomes()).toEqual({ malformed: 1 });
  });

  it.each(["push", "ping", "pull_request", "no such event", ""])(
    "does not mind the event %j",
    async (event) => {
      const { post, hints } = createReceiver();
      const response = await post(body, { ...signed, "x-github-event": event });

      expect(response.status).toBe(202);
      expect(hints).toHaveLength(1);
    },
  );

  it("takes a delivery once, until it is long ago", async () => {
    const { post, hints, outcomes, time } = createReceiver();
    const headers = { ...signed, "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958" };
    const statuses = [];
    for (let count = 0; count < 100; count += 1) statuses.push((await post(body, headers)).status);
    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(hints).toHaveLength(1);
    await time.pass(600_000);
    await post(body, headers);

    expect(hints).toHaveLength(2);
    expect(outcomes()).toEqual({ accepted: 2, duplicate: 99 });
  });

  it("does not remember a delivery that was not signed", async () => {
    const { post, hints } = createReceiver();
    const id = { "x-github-delivery": "72d3162e" };
    await post(body, { ...id, "x-hub-signature-256": sign("other") });
    await post(body, { ...id, ...signed });

    expect(hints).toHaveLength(1);
  });
});

describe("the address", () => {
  it("is called by a public name, which nothing else is", async () => {
    const { app, post } = createReceiver();
    const host = { host: "cairn.contoso.example" };

    expect((await post(body, { ...signed, ...host })).status).toBe(202);
    expect((await app.request("/healthz", { headers: host })).status).toBe(403);
  });

  it.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("does not take %s", async (method) => {
    const response = await createReceiver().app.request(address, { method });

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });

  it.each(["/webhooks/github/", "/webhooks", "/webhooks/gitlab", "/api/v1/status"])(
    "is the only one that takes POST, unlike %s",
    async (path) => {
      const { app } = createReceiver();
      const response = await app.request(path, { method: "POST", body, headers: signed });

      expect(response.status).toBe(405);
    },
  );

  it("never shows a secret", async () => {
    const { post } = createReceiver();
    const answers = await Promise.all([post(body, signed), post(body, {}), post("{", {})]);

    for (const answer of answers) expect(await answer.text()).not.toContain(secret);
  });
});

function upperDigits(signature: string): string {
  return `sha256=${signature.slice(7).toUpperCase()}`;
}
