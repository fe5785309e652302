import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";

import * as fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";

import { Controller } from "../../src/controller/controller.ts";
import { systemTimer } from "../../src/controller/timer.ts";
import { startHttpServer } from "../../src/http/node.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { ApplyReport } from "../../src/usecases/app.ts";
import { appWith } from "../cli/fake-app.ts";

const secret = "a secret of the host";
const runMs = 50;
const deliveries = 10_000;
const repositories = ["1", "2", "3"] as const;

/** What is on the hosts: how often each repository was pushed to. */
type Pushes = Map<string, number>;

/** Registries whose loops look at the hosts, slowly; polls come once an hour. */
function watching(pushes: Pushes) {
  const seen = new Map<string, number>();
  const runs = new Map<string, number>();
  const running = new Set<string>();
  let twice = 0;
  const registries = repositories.map((id) => ({
    name: `r${id}`,
    url: `/srv/${id}`,
    watchPaths: [],
    pollMs: 3_600_000,
    revision: "1",
    webhook: { repositoryId: async () => id },
    app: appWith({
      incidents: async () => ({ items: [], next: undefined }),
      apply: async () => {
        if (running.has(id)) twice += 1;
        running.add(id);
        runs.set(id, (runs.get(id) ?? 0) + 1);
        const found = pushes.get(id) ?? 0;
        await new Promise((resolve) => setTimeout(resolve, runMs));
        seen.set(id, found);
        running.delete(id);
        return report;
      },
    }),
  }));
  const controller = new Controller({
    registries,
    webhookSecrets: [secret],
    work: { kind: "reconcile" },
    clock: systemClock,
    timer: systemTimer,
    random: Math.random,
    log: silentLog,
  });
  onTestFinished(() => controller.stop());
  controller.start();
  return { controller, seen, runs, twice: () => twice };
}

/** One sender with connections that it keeps, as a host has. */
function sender(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  onTestFinished(() => agent.destroy());
  return async (repository: string, id: string): Promise<number> => {
    const body = JSON.stringify({ ref: "x".repeat(4000), repository: { id: Number(repository) } });
    const signature = createHmac("sha256", secret).update(body).digest("hex");
    const headers = { "x-hub-signature-256": `sha256=${signature}`, "x-github-delivery": id };
    return new Promise((resolve, reject) => {
      const sent = request(
        `${url}/webhooks/github`,
        { method: "POST", agent, headers },
        (answer) => {
          answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
        },
      );
      sent.once("error", reject);
      sent.end(body);
    });
  };
}

it("converges in a storm of deliveries that are doubled, shuffled and lost", async () => {
  const pushes: Pushes = new Map();
  const { controller, seen, runs, twice } = watching(pushes);
  const http = await startHttpServer(controller.view, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => http.close());
  const send = sender(http.url);
  for (const repository of repositories) await send(repository, `first-${repository}`);
  const startedMs = performance.now();
  const rssBefore = process.memoryUsage().rss;

  const statuses = new Map<number, number>();
  for (const batch of stormOf(pushes)) {
    const answers = await Promise.all(
      batch.map(async ({ repository, id }) => send(repository, id)),
    );
    for (const status of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  // What a host says last may be lost; what the next push says, or a poll, is enough.
  for (const repository of repositories) await send(repository, `last-${repository}`);
  const tookMs = performance.now() - startedMs;
  await expect
    .poll(() => Object.fromEntries(seen), { timeout: 5000 })
    .toEqual(Object.fromEntries(pushes));

  expect([...statuses.keys()]).toEqual([202]);
  expect(statuses.get(202)).toBeGreaterThan(10_000);
  for (const count of runs.values()) expect(count).toBeLessThan(tookMs / (runMs + 100) + 5);
  expect(twice()).toBe(0);
  expect(process.memoryUsage().rss - rssBefore).toBeLessThan(150 * 1024 * 1024);
});

interface Delivery {
  readonly repository: string;
  readonly id: string;
}

/** Pushes happen as the storm goes; what the host says of them comes late, twice or never. */
function* stormOf(pushes: Pushes): Iterable<readonly Delivery[]> {
  const [chances = []] = fc.sample(
    fc.array(fc.nat(99), { minLength: 3 * deliveries, maxLength: 3 * deliveries }),
    { numRuns: 1, seed: 5 },
  );
  let late: Delivery[] = [];
  for (let index = 0; index < deliveries; index += 1) {
    const repository = repositories[index % repositories.length] ?? "1";
    pushes.set(repository, (pushes.get(repository) ?? 0) + 1);
    const delivery = { repository, id: `delivery-${index}` };
    if ((chances[3 * index] ?? 0) >= 10) late.push(delivery);
    if ((chances[3 * index + 1] ?? 0) < 30) late.push(delivery);
    if (late.length < 200) continue;
    yield late.sort((left, right) => order(left.id) - order(right.id));
    late = [];
  }
  yield late;
}

/** The same shuffling each time. */
function order(id: string): number {
  return createHmac("sha256", "shuffle").update(id).digest().readUInt32BE();
}

const report: ApplyReport = {
  registry: "",
  head: "c0ffee",
  actions: [],
  done: [],
  findings: [],
  pending: [],
  workspaces: [],
  conditions: [{ type: "Ready", status: "True", reason: "Applied", message: "" }],
};
