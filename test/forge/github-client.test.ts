import { assert, jsonValue, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/forge/drivers/github/json.ts";
import { Fields } from "../../src/forge/drivers/github/shapes.ts";
import { canary, codeOf, startScriptedApi } from "./scripted-api.ts";

const user = { login: "ann-contoso", type: "User", id: 1 };

describe("an answer that is not what it should be", () => {
  it.each([
    { name: "cut in the middle, cleanly", answer: { body: '[{"id": 1}, {"i' } },
    { name: "cut to nothing", answer: { body: "" } },
    { name: "a text in JSON", answer: { body: '"0 files changed"' } },
    { name: "null", answer: { body: "null" } },
    {
      name: "a page for people",
      answer: { body: "<html>", headers: { "Content-Type": "text/html" } },
    },
    {
      name: "JSON of another type",
      answer: { body: "{}", headers: { "Content-Type": "text/plain" } },
    },
    { name: "no end", answer: { instead: "endless" } as const },
    { name: "longer than allowed", answer: { body: [" ".repeat(70_000)] } },
    { name: "unchanged, which nobody asked", answer: { status: 304 } },
  ])("is an error: $name", async ({ answer }) => {
    const api = await startScriptedApi();
    api.on(/./, answer);
    const client = api.client({ limits: { maxBodyBytes: 65_536 } });

    expect(await codeOf(client.get("GET /user"))).toBe("FORGE_ANSWER_BROKEN");
  });

  it("is asked for again when it is a read", async () => {
    const api = await startScriptedApi();
    api.on(/user/, { body: '{"login' }, { instead: "cut", body: user }, { body: user });

    expect(await api.client().get("GET /user")).toEqual(user);
    expect(api.requests).toHaveLength(3);
  });

  it("keeps ids that are longer than a number, and texts that look like one", async () => {
    const api = await startScriptedApi();
    const id = "12345678901234567890";
    api.on(/user/, { body: `{"id": ${id}, "title": ": ${id}", "name": "${id}n", "size": 1e20}` });

    const answer = await api.client().get("GET /user");

    expect(answer).toEqual({ id, title: `: ${id}`, name: `${id}n`, size: 1e20 });
  });

  it("reads every JSON like JSON.parse, but for whole numbers that would be rounded", () => {
    const keepDigits = (_key: string, value: unknown): unknown =>
      /^-?\d+$/.test(JSON.stringify(value)) && !Number.isSafeInteger(value)
        ? JSON.stringify(value)
        : value;
    assert(
      property(jsonValue(), (value) => {
        const text = JSON.stringify({ value, id: 0 }).replace('"id":0', '"id":9007199254740993');
        const expected: unknown = JSON.parse(JSON.stringify({ value }), keepDigits);

        expect(parseJson(text)).toEqual({ ...Object(expected), id: "9007199254740993" });
      }),
    );
  });

  it("names the field that is wrong", () => {
    const fields = new Fields({ id: 1.5, at: "yesterday", user: { login: 3 } }, "a review");

    for (const read of [
      () => fields.id("id"),
      () => fields.date("at"),
      () => fields.account("user"),
      () => fields.commit("sha"),
      () => fields.list("labels"),
    ]) {
      expect(read).toThrow(expect.objectContaining({ code: "FORGE_ANSWER_BROKEN" }));
    }
    expect(() => fields.object("user").string("login")).toThrow(/a review: user: login/);
  });
});

describe("a host that stumbles", () => {
  it.each([
    { name: "502", answer: { status: 502, body: "bad gateway" } },
    { name: "the connection is lost", answer: { instead: "reset" } as const },
    { name: "no answer in time", answer: { instead: "hang" } as const },
  ])("is asked again for a read, and never to write twice: $name", async ({ answer }) => {
    const api = await startScriptedApi();
    api.on(/user/, answer, answer, { body: user });
    api.on(/^POST/, answer);
    const client = api.client({ limits: { timeoutMs: 150 } });

    expect(await client.get("GET /user")).toEqual(user);
    expect(await codeOf(client.send("POST /repos/{owner}/{repo}/pulls", {}))).toBe(
      "FORGE_UNAVAILABLE",
    );
    expect(api.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("is given up after a few times", async () => {
    const api = await startScriptedApi();
    api.on(/./, { status: 503 });

    expect(await codeOf(api.client().get("GET /user"))).toBe("FORGE_UNAVAILABLE");
    expect(api.requests).toHaveLength(3);
  });

  it.each([400, 403, 404, 409, 422])("is not asked again after %d", async (status) => {
    const api = await startScriptedApi();
    api.on(/./, { status, body: { message: "No" } });

    await expect(api.client().get("GET /user")).rejects.toMatchObject({
      code: "FORGE_DENIED",
      status,
      detail: "No",
    });
    expect(api.requests).toHaveLength(1);
  });

  it("is left at once when the caller gives up", async () => {
    const api = await startScriptedApi();
    api.on(/./, { instead: "hang" });
    const caller = new AbortController();
    const running = codeOf(api.client().get("GET /user", {}, { signal: caller.signal }));
    await expect.poll(() => api.requests.length).toBe(1);
    caller.abort();

    expect(await running).toBe("FORGE_UNAVAILABLE");
    expect(await codeOf(api.client().get("GET /user", {}, { signal: caller.signal }))).toBe(
      "FORGE_UNAVAILABLE",
    );
    expect(api.requests).toHaveLength(1);
  });
});

describe("addresses", () => {
  it("follows a renamed repository, with the login", async () => {
    const api = await startScriptedApi();
    api.on(/repos/, { status: 301, headers: { Location: `${api.url}/repositories/7` } });
    api.on(/repositories/, { body: { id: 7 } });

    expect(await api.client().get("GET /repos/{owner}/{repo}")).toEqual({ id: 7 });
    expect(api.requests.at(-1)?.headers.authorization).toContain(canary);
  });

  it("sends a write on only where nothing was done yet", async () => {
    const api = await startScriptedApi();
    api.on(/labels/, { status: 307, headers: { Location: "/repositories/7/labels" } });
    api.on(/comments/, { status: 301, headers: { Location: "/repositories/7/comments" } });
    api.on(/repositories/, { status: 201, body: { id: 7 } });
    const client = api.client();

    await client.send("POST /repos/{owner}/{repo}/labels", { name: "bug" });
    expect(JSON.parse(api.requests.at(-1)?.body ?? "")).toEqual({ name: "bug" });
    expect(await codeOf(client.send("POST /repos/{owner}/{repo}/comments", {}))).toBe(
      "FORGE_DENIED",
    );
  });

  it("goes to no other server, whatever the answer says", async () => {
    const [api, other] = [await startScriptedApi(), await startScriptedApi()];
    const elsewhere = `${other.url}/user`;
    api.on(/moved/, { status: 302, headers: { Location: elsewhere } });
    api.on(/paged/, { body: [1], headers: { Link: `<${elsewhere}>; rel="next"` } });
    api.on(/circle/, { status: 302, headers: { Location: "/circle" } });
    const client = api.client();

    expect(await codeOf(client.get("GET /moved"))).toBe("FORGE_DENIED");
    expect(await codeOf(client.list("GET /paged"))).toBe("FORGE_DENIED");
    expect(await codeOf(client.get(`GET ${elsewhere}`))).toBe("FORGE_DENIED");
    expect(await codeOf(client.get("GET /circle"))).toBe("FORGE_ANSWER_BROKEN");
    expect(other.requests).toEqual([]);
  });

  it("stays below the path of an Enterprise Server", async () => {
    const api = await startScriptedApi();
    api.on(/v3.user/, { body: user });
    api.on(/moved/, { status: 302, headers: { Location: "/login" } });
    api.on(/graphql/, { body: { data: { viewer: user } } });
    const client = api.client({ apiUrl: `${api.url}/api/v3/` });

    expect(await client.get("GET /user")).toEqual(user);
    expect(await client.graphql("query", {})).toEqual({ viewer: user });
    expect(await codeOf(client.get("GET /moved"))).toBe("FORGE_DENIED");
    expect(api.requests.map(({ path }) => path)).toEqual([
      "/api/v3/user",
      "/api/graphql",
      "/api/v3/moved",
    ]);
  });

  it.each(["..", ".", "", "a/b", "a b", "é", "x".repeat(101)])(
    "takes %j for no name",
    async (name) => {
      const api = await startScriptedApi();
      const refused = expect.objectContaining({ code: "FORGE_NAME_REFUSED" });

      expect(() => api.client({ owner: name })).toThrow(refused);
      expect(() => api.client({ repository: name })).toThrow(refused);
    },
  );

  it("asks for nothing above a path that a parameter leads to", async () => {
    const api = await startScriptedApi();
    api.on(/./, { body: user });
    const route = "GET /repos/{owner}/{repo}/contents/{+path}" as const;

    expect(await codeOf(api.client().get(route, { path: "../../../../user" }))).toBe(
      "FORGE_DENIED",
    );
    expect(api.requests).toEqual([]);
  });

  it.each([
    "api.github.com",
    "http://api.github.com",
    "https://token@api.github.com",
    "https://api.github.com?x=1",
    "file:///etc",
  ])("takes %j for no address of an API", async (apiUrl) => {
    const api = await startScriptedApi();

    expect(() => api.client({ apiUrl })).toThrow(
      expect.objectContaining({ code: "FORGE_API_URL_REFUSED" }),
    );
  });
});

describe("lists", () => {
  const link = (path: string) => ({ Link: `<${path}>; rel="next", <${path}>; rel="last"` });

  it("brings all pages in order", async () => {
    const api = await startScriptedApi();
    api.on(/paged\?per_page=100$/, { body: [1, 2], headers: link(`${api.url}/paged?page=2`) });
    api.on(/paged\?page=2/, { body: [3] });

    expect(await api.client().list("GET /paged")).toEqual([1, 2, 3]);
  });

  it("takes the list out of an answer that wraps it", async () => {
    const api = await startScriptedApi();
    api.on(/runs/, { body: { total_count: 1, check_runs: [{ id: 1 }] } });

    expect(await api.client().list("GET /runs")).toEqual([{ id: 1 }]);
  });

  it.each([
    { name: "the next page is the same", next: "/paged?per_page=100", body: [1] },
    { name: "there are more and more pages", next: "/paged?page=", body: [1] },
    { name: "fewer came than there are", next: undefined, body: { total_count: 2, runs: [1] } },
  ])("rejects what is not whole: $name", async ({ next, body }) => {
    const api = await startScriptedApi();
    const answers = Array.from({ length: 9 }, (_, index) => ({
      body,
      headers:
        next === undefined ? {} : link(`${api.url}${next}${next.endsWith("=") ? index : ""}`),
    }));
    api.on(/paged/, ...answers);

    expect(await codeOf(api.client({ limits: { maxPages: 5 } }).list("GET /paged"))).toBe(
      "FORGE_ANSWER_INCOMPLETE",
    );
    expect(api.requests.length).toBeLessThanOrEqual(5);
  });

  it("is no list that is an object", async () => {
    const api = await startScriptedApi();
    api.on(/a/, { body: { message: "hello" } });
    api.on(/b/, { body: { one: [], two: [] } });

    expect(await codeOf(api.client().list("GET /a"))).toBe("FORGE_ANSWER_BROKEN");
    expect(await codeOf(api.client().list("GET /b"))).toBe("FORGE_ANSWER_BROKEN");
  });
});

describe("what is missing", () => {
  const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}" as const;
  const parameters = { pull_number: 3 };

  it("is told where the repository is seen", async () => {
    const api = await startScriptedApi();
    api.on(/ml-registry$/, { body: { id: 1 } });
    const client = api.client();

    expect(await client.get(route, parameters, { missing: "undefined" })).toBeUndefined();
    expect(await client.list(route, parameters, { missing: "undefined" })).toEqual([]);
    expect(await codeOf(client.get(route, parameters))).toBe("FORGE_DENIED");
  });

  it("is not told where the repository is hidden too", async () => {
    const api = await startScriptedApi();

    expect(await codeOf(api.client().get(route, parameters, { missing: "undefined" }))).toBe(
      "FORGE_DENIED",
    );
  });
});
