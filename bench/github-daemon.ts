import { spawn } from "node:child_process";
import { createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { startGitHub, type GitHubDouble } from "../test/support/github/github.ts";
import { program } from "./process.ts";

export const fullName = "bench/registry";
const [owner = "", name = ""] = fullName.split("/");
export const repositoryName = { owner, repo: name };
const appId = 4711;
const secret = "a secret of the bench";

/** `cairn serve` as an App of a GitHub on this machine, on a registry that is adopted. */
export interface Daemon {
  readonly github: GitHubDouble;
  /** The bare repository of the host. */
  readonly repository: string;
  /** A delivery as GitHub signs it; answers the status, `undefined` for one that was lost. */
  deliver(id: string): Promise<number | undefined>;
  reconciles(): Promise<number>;
  peakMiB(): number;
  stop(): Promise<void>;
}

export async function startDaemon(folder: string, adopted: AdoptedRegistry): Promise<Daemon> {
  const { github, id, repository } = await openHost(folder, adopted.repository);
  const child = spawn(
    process.execPath,
    [program, "serve", "--port", "0", "--data", join(folder, "data"), "--stores", adopted.stores],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        NO_COLOR: "1",
        BENCH_APP_ID: String(appId),
        BENCH_APP_PRIVATE_KEY_FILE: join(folder, "app.pem"),
        BENCH_WEBHOOK_SECRET: secret,
      },
    },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000)));
  }
  const url = await until(
    () => /Serving on (http:\/\/[\d.:]+)/.exec(said)?.[1],
    () => said,
  );
  const get = async (path: string): Promise<Response> => fetch(`${url}${path}`);
  await until(
    async () => ((await get("/readyz")).ok ? true : undefined),
    () => said,
  );
  github.addWebhook({ repository: fullName, url: `${url}/webhooks/github`, secret });
  const body = JSON.stringify({ repository: { id, full_name: fullName } });
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  return {
    github,
    repository,
    deliver: async (delivery) => {
      const headers = {
        "content-type": "application/json",
        "x-github-event": "push",
        "x-github-delivery": delivery,
        "x-hub-signature-256": signature,
      };
      try {
        const answer = await fetch(`${url}/webhooks/github`, { method: "POST", headers, body });
        await answer.arrayBuffer();
        return answer.status;
      } catch {
        // A connection that was closed meanwhile: GitHub does not try again either.
        return undefined;
      }
    },
    reconciles: async () => {
      const text = await (await get("/metrics")).text();
      const counts = text.matchAll(/^cairn_reconcile_total\{[^}]*\} (\d+)/gm);
      return [...counts].reduce((total, [, count]) => total + Number(count), 0);
    },
    peakMiB: () => peakOf(child.pid ?? 0),
    stop: async () => {
      child.kill("SIGTERM");
      await once(child, "exit");
      await github.close();
    },
  };
}

export interface AdoptedRegistry {
  readonly repository: string;
  /** Where its versions were delivered to. */
  readonly stores: string;
}

async function openHost(
  folder: string,
  adopted: string,
): Promise<{ readonly github: GitHubDouble; readonly id: number; readonly repository: string }> {
  const github = await startGitHub({ root: join(folder, "host") });
  github.addUser({ login: "ann" });
  const draft = { ...repositoryName, owner, name, permissions: { ann: "admin" } } as const;
  const { id, folder: repository, url } = await github.addRepository(draft);
  cpSync(adopted, repository, { recursive: true });
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const permissions = {
    contents: "write",
    pull_requests: "write",
    checks: "write",
    statuses: "write",
  };
  const app = { id: appId, slug: "bench-cairn", publicKey, permissions };
  github.addApp({ ...app, installedOn: [fullName] });
  writeFileSync(join(folder, "app.pem"), privateKey, { mode: 0o600 });
  writeFileSync(
    join(folder, "cairn.yaml"),
    `registries:
  - name: bench
    url: ${url}
    host: github
    credentials: bench
    github: { api_url: "${github.apiUrl}", repository_id: ${id} }
    poll: 1h
credentials:
  bench: { env_prefix: BENCH_ }
webhooks: { github: { secrets: [BENCH_WEBHOOK_SECRET] } }
`,
  );
  return { github, id, repository };
}

/** Of the process alone, without its children; Linux tells it at any time. */
function peakOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
}

const patienceMs = 300_000;

export async function until<Value>(
  look: () => Value | undefined | Promise<Value | undefined>,
  describe: () => string = () => "",
): Promise<Value> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(15);
  }
  throw new Error(`It did not come true in ${patienceMs / 1000} s. ${describe()}`);
}

export function newDelivery(): string {
  return randomUUID();
}
