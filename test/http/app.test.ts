import { describe, expect, it, onTestFinished } from "vitest";
import { createHttpApp } from "../../src/http/app.ts";
import { startHttpServer } from "../../src/http/node.ts";
import type { HttpView, ViewedRegistry } from "../../src/http/view.ts";
import { CairnError } from "../../src/shared/errors.ts";
import type { App } from "../../src/usecases/app.ts";
import { appWith } from "../cli/fake-app.ts";

function viewWith(answers: Partial<App> = {}, registry: Partial<ViewedRegistry> = {}): HttpView {
  const only: ViewedRegistry = {
    name: "contoso-ml",
    url: "/srv/contoso.git",
    app: appWith(answers),
    conditions: () => [],
    stallReason: () => undefined,
    ...registry,
  };
  const metrics = { contentType: "text/plain; version=0.0.4", render: async () => "cairn_up 1\n" };
  const webhooks = { secrets: [], hint: () => false, count: () => undefined };
  return { registries: [only], webhooks, configProblem: () => undefined, metrics };
}

const models = "/api/v1/registries/contoso-ml/models";

describe("health", () => {
  it("lives, whatever the registries do", async () => {
    const app = createHttpApp(viewWith({}, { stallReason: () => "It hangs." }));

    expect((await app.request("/healthz")).status).toBe(200);
  });

  it.each([
    { reason: undefined, status: 200 },
    { reason: "The first reconcile has not ended yet.", status: 503 },
  ])("readiness is $status when the reason is $reason", async ({ reason, status }) => {
    const app = createHttpApp(viewWith({}, { stallReason: () => reason }));
    const response = await app.request("/readyz");

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      ready: status === 200,
      registries: [{ name: "contoso-ml", conditions: [] }],
    });
  });

  it("serves the metrics as Prometheus reads them", async () => {
    const response = await createHttpApp(viewWith()).request("/metrics");

    expect(response.headers.get("content-type")).toContain("version=0.0.4");
    expect(await response.text()).toBe("cairn_up 1\n");
  });
});

describe("the API", () => {
  it("lists with the parameters it was given", async () => {
    const requests: unknown[] = [];
    const list: App["list"] = async (request) => {
      requests.push(request);
      return { items: [], next: undefined };
    };
    const response = await createHttpApp(viewWith({ list })).request(
      `${models}?limit=5&match=taxi*`,
    );

    expect(await response.json()).toEqual({ items: [], next: null });
    expect(requests).toEqual([{ kind: "model", limit: 5, match: "taxi*" }]);
  });

  it("shows by kind and name only", async () => {
    const requests: unknown[] = [];
    const show = async (request: unknown) => {
      requests.push(request);
      return { name: "taxi-fare" } as Awaited<ReturnType<App["show"]>>;
    };
    const response = await createHttpApp(viewWith({ show })).request(`${models}/taxi-fare`);

    expect(await response.json()).toEqual({ name: "taxi-fare" });
    expect(requests).toEqual([{ reference: "models/taxi-fare" }]);
  });

  it("answers which", async () => {
    const which = async () => ({ items: [], next: "more" });
    const path = "/api/v1/registries/contoso-ml/stages/prod?at=2025-01-01";
    const response = await createHttpApp(viewWith({ which })).request(path);

    expect(await response.json()).toEqual({ items: [], next: "more" });
  });

  it("answers the status with the controller's conditions", async () => {
    const status = async () => ({ registry: "contoso-ml" }) as Awaited<ReturnType<App["status"]>>;
    const condition = {
      type: "Ready",
      status: "True",
      reason: "Applied",
      message: "",
      lastTransitionTime: "2025-01-01T00:00:00Z",
    } as const;
    const view = viewWith({ status }, { conditions: () => [condition] });
    const response = await createHttpApp(view).request("/api/v1/status");

    expect(await response.json()).toEqual({
      items: [{ registry: "contoso-ml", conditions: [condition] }],
      next: null,
    });
  });

  it.each([
    { name: "the root", path: "/", status: 404 },
    { name: "another version", path: "/api/v2/status", status: 404 },
    { name: "another registry", path: "/api/v1/registries/other/models", status: 404 },
    { name: "no kind", path: "/api/v1/registries/contoso-ml/jobs", status: 404 },
    { name: "a way out", path: `${models}/..%2f..%2fetc%2fpasswd`, status: 422 },
    { name: "a NUL", path: `${models}/a%00b`, status: 422 },
    { name: "bad escapes", path: `${models}/%E0%A4%A`, status: 422 },
    { name: "a huge limit", path: `${models}?limit=1e9`, status: 422 },
    { name: "a huge cursor", path: `${models}?cursor=${"x".repeat(1001)}`, status: 422 },
    { name: "a stage with markup", path: "/api/v1/registries/contoso-ml/stages/<b>", status: 422 },
    { name: "a prototype", path: "/api/v1/registries/__proto__/models", status: 404 },
  ])("refuses $name with $status and never asks the app", async ({ path, status }) => {
    const response = await createHttpApp(viewWith()).request(path);

    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status });
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("refuses %s", async (method) => {
    const response = await createHttpApp(viewWith()).request("/api/v1/status", { method });

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  it("answers an error of the app as a problem, and a bug without its words", async () => {
    const busy = async () => {
      const message = "https://ann:s3cret@git.example is down.";
      throw new CairnError({ code: "GIT_DOWN", kind: "unavailable", message, retryAfterMs: 1500 });
    };
    const broken = async () => {
      throw new Error("secret detail");
    };
    const first = await createHttpApp(viewWith({ list: busy })).request(models);
    const second = await createHttpApp(viewWith({ list: broken })).request(models);

    expect(first.status).toBe(503);
    expect(first.headers.get("retry-after")).toBe("2");
    expect(await first.json()).toMatchObject({
      type: "urn:cairn:error:GIT_DOWN",
      detail: "https://***@git.example is down.",
    });
    expect(second.status).toBe(500);
    expect(await second.text()).not.toContain("secret");
  });

  it.each(["/healthz", "/metrics", "/nothing", models])(
    "sends safe headers on %s",
    async (path) => {
      const list = async () => ({ items: [], next: undefined });
      const { headers } = await createHttpApp(viewWith({ list })).request(path);

      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    },
  );

  it.each([
    { host: "localhost:7420", status: 200 },
    { host: "[::1]:7420", status: 200 },
    { host: "evil.example", status: 403 },
    { host: "localhost.evil.example:7420", status: 403 },
  ])(
    "answers $host with $status where it serves its own machine only",
    async ({ host, status }) => {
      const hosts = ["localhost", "127.0.0.1", "[::1]"];
      const app = createHttpApp(viewWith(), { hosts });

      expect((await app.request("/healthz", { headers: { host } })).status).toBe(status);
    },
  );
});

describe("startHttpServer", () => {
  it("listens, and says so when the port is taken", async () => {
    const listen = { host: "127.0.0.1", port: 0 };
    const server = await startHttpServer(viewWith(), listen);
    onTestFinished(async () => server.close());
    const { url } = server;
    const port = Number(new URL(url).port);

    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await expect(startHttpServer(viewWith(), { ...listen, port })).rejects.toMatchObject({
      code: "HTTP_PORT_TAKEN",
      hint: expect.stringContaining("--port"),
    });
  });
});
