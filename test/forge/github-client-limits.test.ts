import { createVerify, generateKeyPairSync } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { GitHubClient } from "../../src/forge/drivers/github/client.ts";
import type { Logger } from "../../src/shared/log.ts";
import { canary, codeOf, startScriptedApi, type ScriptedApi } from "./scripted-api.ts";

const hour = 3600;

function rate(api: ScriptedApi, remaining: number, resource = "core"): Record<string, string> {
  return {
    "X-RateLimit-Limit": "1000",
    "X-RateLimit-Remaining": String(remaining),
    "X-RateLimit-Reset": String(api.clock.seconds + hour / 2),
    "X-RateLimit-Resource": resource,
    Date: new Date(api.clock.seconds * 1000).toUTCString(),
  };
}

describe("the hour's requests", () => {
  it.each([
    {
      name: "primary",
      status: 403,
      message: "API rate limit exceeded",
      headers: {},
      seconds: 1801,
    },
    {
      name: "429",
      status: 429,
      message: "slow",
      headers: { "Retry-After": "90", "X-RateLimit-Remaining": "999" },
      seconds: 90,
    },
    {
      name: "secondary",
      status: 403,
      message: "You have exceeded a secondary rate limit",
      headers: { "Retry-After": "7", "X-RateLimit-Remaining": "999" },
      seconds: 7,
    },
    {
      name: "secondary without a time",
      status: 403,
      message: "You have exceeded a secondary rate limit",
      headers: { "X-RateLimit-Remaining": "999" },
      seconds: 60,
    },
  ])("are over at once, without waiting: $name", async ({ status, message, headers, seconds }) => {
    const api = await startScriptedApi();
    const all = { ...rate(api, 0), ...headers };
    api.on(/./, { status, body: { message }, headers: all }, { body: {} });
    const client = api.client();

    const error = await client.get("GET /user").catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "FORGE_RATE_LIMITED", kind: "unavailable" });
    expect(error).toHaveProperty("retryAfterMs", expect.closeTo(seconds * 1000, -3));
    expect(await codeOf(client.send("POST /x", {}))).toBe("FORGE_RATE_LIMITED");
    expect(api.requests).toHaveLength(1);

    api.clock.tick(seconds + 1);
    expect(await client.get("GET /user")).toEqual({});
  });

  it("are kept, the last tenth, for what has been begun", async () => {
    const api = await startScriptedApi();
    api.on(/./, { body: {}, headers: rate(api, 100) });
    const client = api.client();
    await client.get("GET /user");

    expect(await codeOf(client.get("GET /repos"))).toBe("FORGE_RATE_LIMITED");
    expect(await codeOf(client.list("GET /repos"))).toBe("FORGE_RATE_LIMITED");
    expect(await client.get("GET /repos", {}, { essential: true })).toEqual({});
    expect(await client.send("POST /repos", {})).toEqual({});
    expect(client.budget).toMatchObject({ remaining: 100, limit: 1000, clockSkewMs: -250 });

    api.clock.tick(hour);
    expect(await client.get("GET /repos")).toEqual({});
  });

  it("are there again after an hour, whatever the host says", async () => {
    const api = await startScriptedApi();
    const headers = { ...rate(api, 0), "X-RateLimit-Reset": "99999999999" };
    api.on(/./, { body: {}, headers });
    const client = api.client();
    await client.get("GET /user");
    expect(await codeOf(client.get("GET /user"))).toBe("FORGE_RATE_LIMITED");

    api.clock.tick(hour + 1);
    expect(await client.get("GET /user")).toEqual({});
  });

  it("are counted apart for GraphQL", async () => {
    const api = await startScriptedApi();
    api.on(/graphql/, { body: { data: {} }, headers: rate(api, 0, "graphql") });
    api.on(/user/, { body: {}, headers: rate(api, 900) });
    const client = api.client();
    await client.graphql("query", {});

    expect(await codeOf(client.graphql("query", {}))).toBe("FORGE_RATE_LIMITED");
    expect(await client.get("GET /user")).toEqual({});
  });

  it("are not spent on what did not change", async () => {
    const api = await startScriptedApi();
    const first = { body: [1], headers: { ETag: '"a"', Link: `<${api.url}/b>; rel="next"` } };
    api.on(/GET .a/, first, { status: 304 });
    api.on(/GET .b/, { body: [2] }, { body: [3] });
    const client = api.client();

    expect(await client.list("GET /a")).toEqual([1, 2]);
    expect(await client.list("GET /a")).toEqual([1, 3]);
    expect(api.requests[2]?.headers["if-none-match"]).toBe('"a"');
    expect(api.requests[3]?.headers["if-none-match"]).toBeUndefined();
  });

  it("are not saved by keeping everything", async () => {
    const api = await startScriptedApi();
    api.on(/./, { body: {}, headers: { ETag: '"a"' } });
    const client = api.client({ limits: { cacheEntries: 2 } });
    for (const path of ["/1", "/2", "/3", "/1"] as const) await client.get(`GET ${path}`);

    expect(api.requests.at(-1)?.headers["if-none-match"]).toBeUndefined();
  });

  it("are spread, but for a few writes at once", async () => {
    const api = await startScriptedApi();
    api.on(/./, { status: 204 });
    const client = api.client({ limits: { writeBurst: 2, writeSpacingMs: 3_600_000 } });
    const caller = new AbortController();
    await client.send("POST /1", {});
    await client.send("POST /2", {});
    const third = codeOf(client.send("POST /3", {}, { signal: caller.signal }));
    caller.abort();

    expect(await third).toBe("FORGE_UNAVAILABLE");
    expect(api.requests).toHaveLength(2);
  });
});

describe("a GraphQL answer", () => {
  it.each([
    { name: "an error", body: { errors: [{ message: "boom" }] }, code: "FORGE_UNAVAILABLE" },
    {
      name: "a refusal beside data",
      body: { data: {}, errors: [{ type: "NOT_FOUND", message: "gone" }] },
      code: "FORGE_DENIED",
    },
    {
      name: "too many requests",
      body: { errors: [{ type: "RATE_LIMITED", message: "slow" }] },
      code: "FORGE_RATE_LIMITED",
    },
    { name: "no data", body: {}, code: "FORGE_ANSWER_BROKEN" },
    { name: "errors that are none", body: { data: {}, errors: "x" }, code: "FORGE_ANSWER_BROKEN" },
  ])("is not believed with $name", async ({ body, code }) => {
    const api = await startScriptedApi();
    api.on(/graphql/, { body });

    expect(await codeOf(api.client().graphql("query", {}))).toBe(code);
  });
});

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = keys.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const installation = {
  id: 77,
  permissions: {
    contents: "write",
    checks: "write",
    metadata: "read",
    members: "read",
    secrets: "write",
  },
};

function serveApp(api: ScriptedApi): void {
  api.on(/ml-registry.installation$/, { body: installation });
  const expires = (seconds: number) => new Date((api.clock.seconds + seconds) * 1000).toISOString();
  api.on(
    /access_tokens/,
    { status: 201, body: { token: "ghs_first", expires_at: expires(hour) } },
    { status: 201, body: { token: "ghs_second", expires_at: expires(2 * hour) } },
  );
  api.on(/GET .app$/, { body: { slug: "cairn" } });
  api.on(/user/, { body: {} });
}

function appClient(api: ScriptedApi): GitHubClient {
  const credentials = {
    type: "app",
    appId: "12",
    privateKey: pem.replaceAll("\n", "\\n"),
  } as const;
  return api.client({ credentials });
}

describe("an App", () => {
  it("gets one token, for this repository, with what it needs of what it has", async () => {
    const api = await startScriptedApi();
    serveApp(api);
    const client = appClient(api);
    await Promise.all([client.get("GET /user"), client.get("GET /user/1"), client.login()]);

    const asked = api.requests.filter(({ path }) => path.endsWith("access_tokens"));
    expect(asked.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      [
        "/app/installations/77/access_tokens",
        {
          repositories: ["ml-registry"],
          permissions: { contents: "write", checks: "write", metadata: "read", members: "read" },
        },
      ],
    ]);
    expect(api.requests.at(-1)?.headers.authorization).toBe("Bearer ghs_first");
  });

  it("signs who it is", async () => {
    const api = await startScriptedApi();
    serveApp(api);

    expect(await appClient(api).account()).toEqual({ login: "cairn[bot]", isBot: true });
    const [head = "", payload = "", signature = ""] =
      api.requests.at(-1)?.headers.authorization?.split(" ")[1]?.split(".") ?? [];
    const verified = createVerify("RSA-SHA256")
      .update(`${head}.${payload}`)
      .verify(keys.publicKey, Buffer.from(signature, "base64url"));
    expect(verified).toBe(true);
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({ iss: "12" });
  });

  it("renews the token before it ends, for Git too", async () => {
    const api = await startScriptedApi();
    serveApp(api);
    const client = appClient(api);

    expect(await client.login()).toEqual({ username: "x-access-token", password: "ghs_first" });
    api.clock.tick(hour - 301);
    expect(await client.login()).toMatchObject({ password: "ghs_first" });
    api.clock.tick(2);
    expect(await client.login()).toMatchObject({ password: "ghs_second" });
  });

  it("renews a token that GitHub takes no more, once", async () => {
    const api = await startScriptedApi();
    serveApp(api);
    const unauthorized = { status: 401, body: { message: "Bad credentials" } };
    api.on(/checks/, unauthorized, { status: 201, body: { id: 1 } }, unauthorized);
    const client = appClient(api);

    expect(await client.send("POST /checks", {})).toEqual({ id: 1 });
    expect(await codeOf(client.send("POST /checks", {}))).toBe("FORGE_DENIED");
    const writes = api.requests.filter(({ path }) => path === "/checks");
    expect(writes.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer ghs_first",
      "Bearer ghs_second",
      "Bearer ghs_second",
      "Bearer ghs_second",
    ]);
  });

  it("tells what it may do", async () => {
    const api = await startScriptedApi();
    serveApp(api);

    expect(await appClient(api).rights()).toEqual({
      type: "app",
      permissions: new Map(Object.entries(installation.permissions)),
    });
  });

  it("is asked for once for all who wait, and one of them may leave", async () => {
    const api = await startScriptedApi();
    serveApp(api);
    const client = appClient(api);
    const caller = new AbortController();
    const leaving = codeOf(client.get("GET /user", {}, { signal: caller.signal }));
    const staying = client.get("GET /user");
    caller.abort();

    expect(await leaving).toBe("FORGE_UNAVAILABLE");
    expect(await staying).toEqual({});
  });
});

describe("who acts", () => {
  it("is the token's account", async () => {
    const api = await startScriptedApi();
    api.on(/user$/, { body: { login: "cairn-robot", type: "Bot" } });
    const client = api.client();

    expect(await client.account()).toEqual({ login: "cairn-robot[bot]", isBot: true });
    await client.account();
    expect(api.requests).toHaveLength(1);
  });

  it.each([
    {
      name: "told by GraphQL",
      graphql: { body: { data: { viewer: { login: "deployer" } } } },
      login: "deployer[bot]",
    },
    { name: "not told", graphql: { status: 404 }, login: "github-actions[bot]" },
  ])("is the App of a workflow's token, $name", async ({ graphql, login }) => {
    const api = await startScriptedApi();
    api.on(/user$/, { status: 403, body: { message: "Resource not accessible by integration" } });
    api.on(/graphql/, graphql);

    expect(await api.client().account()).toEqual({ login, isBot: true });
  });

  it("is nobody without credentials: reads only", async () => {
    const api = await startScriptedApi();
    api.on(/./, { body: {} });
    const client = api.client({ credentials: undefined });

    expect(await client.get("GET /user")).toEqual({});
    expect(api.requests[0]?.headers.authorization).toBeUndefined();
    expect(await client.login()).toBeUndefined();
    expect(await codeOf(client.account())).toBe("FORGE_DENIED");
    expect(await codeOf(client.send("POST /x", {}))).toBe("FORGE_DENIED");
    expect(api.requests).toHaveLength(1);
  });
});

describe("secrets", () => {
  it.each(["", " ", "two words", "line\nbreak", "umlaut-ä"])(
    "refuses %j for a token",
    async (token) => {
      const api = await startScriptedApi();

      expect(() => api.client({ credentials: { type: "token", token } })).toThrow(
        expect.objectContaining({ code: "FORGE_CREDENTIALS_REFUSED" }),
      );
    },
  );

  it("refuses what is no private key, without showing it", async () => {
    const api = await startScriptedApi();
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${canary}\n-----END RSA PRIVATE KEY-----`;
    const error = thrownBy(() =>
      api.client({ credentials: { type: "app", appId: "1", privateKey: key } }),
    );

    expect(error).toMatchObject({ code: "FORGE_CREDENTIALS_REFUSED" });
    expect(everythingOf(error)).not.toContain(canary);
  });

  it("are in no error, log line or client, whatever goes wrong", async () => {
    const lines: unknown[] = [];
    const api = await startScriptedApi();
    api.on(/quoted/, {
      status: 422,
      body: { message: `bad ${canary}`, errors: [{ message: canary }] },
    });
    api.on(/page/, { status: 502, body: `<pre>Authorization: Bearer ${canary}</pre>` });
    api.on(/reset/, { instead: "reset" });
    api.on(/cut/, { instead: "cut", body: { a: "b" } });
    const log = logInto(lines);
    const client = api.client({ log });

    for (const path of ["/quoted", "/page", "/reset", "/cut", "/missing"]) {
      const read = await client.get(`GET ${path}`).catch((error: unknown) => error);
      const write = await client.send(`PUT ${path}`, {}).catch((error: unknown) => error);
      expect(read).toBeInstanceOf(Error);
      lines.push(read, write);
    }
    lines.push(client);
    expect(lines.map(everythingOf).join("\n")).not.toContain(canary);
    expect(lines.map(everythingOf).join("\n")).toContain("bad ***");
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

function everythingOf(value: unknown): string {
  const plain = value instanceof Error ? `${value.stack} ${JSON.stringify(value)}` : "";
  return `${plain} ${inspect(value, { depth: 12, showHidden: true })}`;
}

function logInto(lines: unknown[]): Logger {
  const note = (fields: unknown, message: string): void => void lines.push(fields, message);
  const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log };
  return log;
}
