import { writeFile } from "node:fs/promises";
import { createHmac } from "node:crypto";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";

import { runCliJson, startCli } from "../support/cli.ts";
import {
  createRegistryFixture,
  viewWorld,
  type RegistryFixture,
} from "../support/registry-fixture.ts";

const secret = "a secret of the host";
const script = "components/prep/src/prep.py";

let one: RegistryFixture;
let two: RegistryFixture;
beforeAll(async () => {
  [one, two] = await Promise.all([createRegistryFixture(), createRegistryFixture()]);
  for (const { folder, flags } of [one, two])
    await runCliJson(["adopt", ...flags], { cwd: folder });
}, 120_000);
afterAll(() => Promise.all([one.remove(), two.remove()]));

it("adds, breaks, mends and removes registries while it runs", async () => {
  const entry = (name: string, { remote }: RegistryFixture): string =>
    `  - { name: ${name}, url: ${remote}, poll: 1h }\n`;
  const missing = "  - { name: nowhere, url: ./nowhere.git }\n";
  await configure(`registries:\n${entry("one", one)}`);
  const daemon = await serve();
  await daemon.ready({ one: true });

  await configure(`registries:\n${entry("one", one)}${entry("two", two)}${missing}`);
  await daemon.ready({ one: true, two: true, nowhere: true });
  expect(await daemon.conditions("nowhere")).toContain("Stalled");
  await publishes(two, 2);

  await configure(`registries:\n${entry("one", one)}  - { name: two, ur`);
  await vi.waitFor(async () => {
    expect(await daemon.metric("cairn_config_valid")).toBe(0);
  }, 30_000);
  expect((await daemon.readiness()).configProblem).toMatch(/cairn\.yaml:3:\d+: /);
  await publishes(two, 3);

  const runsOfOne = await daemon.metric('cairn_reconcile_total{registry="one",outcome="ok"}');
  await configure(`registries:\n${entry("one", one)}`);
  await daemon.ready({ one: true });
  expect((await daemon.readiness()).configProblem).toBeUndefined();
  expect(await daemon.metric("cairn_config_valid")).toBe(1);
  expect(await daemon.metric('cairn_reconcile_total{registry="one",outcome="ok"}')).toBe(runsOfOne);
  await publishes(one, 2);

  await configure("registries: []\n");
  await daemon.ready({});
  await configure(`registries:\n${entry("two", two)}`);
  await daemon.ready({ two: true });
  expect(await daemon.stop()).toBe(0);
}, 120_000);

it("takes webhooks once a secret is named, and a signal for a hint to look", async () => {
  const registries = `registries:\n  - { name: one, url: ${one.remote}, poll: 1h }\n`;
  await configure(registries);
  const daemon = await serve({ CAIRN_WEBHOOK_SECRET: secret });
  await daemon.ready({ one: true });
  expect(await daemon.deliver()).toBe(404);

  await configure(`${registries}webhooks: { github: { secrets: [CAIRN_WEBHOOK_SECRET] } }\n`);
  daemon.kill("SIGHUP");
  await vi.waitFor(async () => {
    expect(await daemon.deliver()).toBe(202);
  }, 30_000);
  expect(await daemon.deliver("guess")).toBe(401);
  expect(await daemon.stop()).toBe(0);
  expect(daemon.output()).not.toContain(secret);
}, 120_000);

function configure(text: string): Promise<void> {
  return writeFile(join(one.folder, "cairn.yaml"), text);
}

/** Pushes a change, and waits for its version. */
async function publishes(fixture: RegistryFixture, version: number): Promise<void> {
  const text = await fixture.read(script);
  await fixture.change(`Change prep to ${version}`, { [script]: `${text}# ${version}\n` });
  await vi.waitFor(async () => {
    const { tags } = await viewWorld(fixture);
    expect(tags.join("\n")).toContain(`components/prep@v${version} `);
  }, 30_000);
}

interface Readiness {
  readonly configProblem?: string;
  readonly registries: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  }[];
}

/** The program, until it is stopped. */
async function serve(env: Readonly<Record<string, string>> = {}) {
  const flags = ["--port", "0", "--data", "data", "--stores", one.stores];
  const child = startCli(["serve", ...flags], { cwd: one.folder, env });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const url = await vi.waitFor(() => {
    const [, found] = /Serving on (http:\/\/[\d.]+:\d+)/.exec(output) ?? [];
    if (found === undefined) throw new Error(`It does not listen yet: ${output}`);
    return found;
  }, 30_000);
  const readiness = async (): Promise<Readiness> =>
    (await (await fetch(`${url}/readyz`)).json()) as Readiness;
  return {
    output: () => output,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    stop: async () => {
      child.kill("SIGTERM");
      return ended;
    },
    readiness,
    /** Waits until exactly these registries are served, and as ready as that. */
    ready: (wanted: Readonly<Record<string, boolean>>) =>
      vi.waitFor(async () => {
        const { registries } = await readiness();
        expect(Object.fromEntries(registries.map(({ name, ready }) => [name, ready]))).toEqual(
          wanted,
        );
      }, 30_000),
    conditions: async (wanted: string) => {
      const { registries } = await readiness();
      const found = registries.find(({ name }) => name === wanted)?.conditions ?? [];
      return found.flatMap(({ type, status }) => (status === "True" ? [type] : []));
    },
    metric: async (name: string) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.slice(name.length + 1));
    },
    deliver: async (key = secret) => {
      const body = '{"zen":"Keep it logically awesome.","repository":{"id":5}}';
      const signature = createHmac("sha256", key).update(body).digest("hex");
      const headers = { "x-hub-signature-256": `sha256=${signature}`, "x-github-event": "ping" };
      return (await fetch(`${url}/webhooks/github`, { method: "POST", body, headers })).status;
    },
  };
}
