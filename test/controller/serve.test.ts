import { expect, it } from "vitest";
import { serveRegistries } from "../../src/controller/serve.ts";
import { startHttpServer } from "../../src/http/node.ts";
import { CairnError } from "../../src/shared/errors.ts";
import type { App } from "../../src/usecases/app.ts";
import type { ServeRequest } from "../../src/usecases/app-options.ts";
import { appWith } from "../cli/fake-app.ts";

/** Serves one registry over this app; `stop` ends it. */
function serving(answers: Partial<App>, work: ServeRequest["work"]) {
  const stop = new AbortController();
  const lines: string[] = [];
  let closed = 0;
  const close = async (): Promise<void> => {
    closed += 1;
  };
  const app = appWith({
    incidents: async () => ({ items: [], next: undefined }),
    ...answers,
    close,
  });
  const registry = { name: "a", url: "/srv/a", watchPaths: [], pollMs: 60_000, revision: "1", app };
  let ended = Promise.resolve();
  const listening = new Promise<string | undefined>((resolve, reject) => {
    const request: ServeRequest = {
      options: { cwd: "/", env: {} },
      work,
      verbose: false,
      color: false,
      stderr: { write: (text: string) => lines.push(text) },
      signal: stop.signal,
      onListening: resolve,
    };
    ended = serveRegistries(request, {
      openServeContext: async () => ({
        registries: [registry],
        webhookSecrets: [],
        http: { host: "127.0.0.1", port: 0 },
        dataFolder: "/nowhere",
      }),
      startHttp: startHttpServer,
    });
    ended.catch(reject);
  });
  return { listening, ended: () => ended, stop: () => stop.abort(), lines, closed: () => closed };
}

it("serves until its signal, and leaves nothing behind", async () => {
  const apply = async () => {
    throw new CairnError({ code: "GIT_DOWN", kind: "unavailable", message: "No answer." });
  };
  const { listening, ended, stop, lines, closed } = serving({ apply }, { kind: "reconcile" });
  const url = (await listening) ?? "";

  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  stop();
  await ended();
  expect(closed()).toBe(1);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
  expect(lines.map((line) => JSON.parse(line).message)).toContain("reconcile failed");
});

it("opens no port as an agent", async () => {
  const sync = async () => ({ registry: "a", workspaces: [] });
  const { listening, ended, stop } = serving({ sync }, { kind: "sync", workspaces: [] });

  expect(await listening).toBeUndefined();
  stop();
  await expect(ended()).resolves.toBeUndefined();
});
