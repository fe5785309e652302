import type { Clock } from "../../../shared/clock.ts";
import type { Parameters } from "./api.ts";
import type { Budget } from "./budget.ts";
import { orCancelled } from "./cancel.ts";
import type { Credentials } from "./credentials.ts";
import { readFields } from "./shapes.ts";

/** What an App needs to get tokens. */
export interface AppPort {
  readonly repository: string;
  readonly clock: Clock;
  readonly budget: Budget;
  /** Sends a request as the App itself, not as its installation. */
  asApp(route: string, parameters?: Parameters): Promise<unknown>;
}

/** What Cairn may ask for; what the installation does not have is left out. */
const wanted: Readonly<Record<string, "read" | "write">> = {
  metadata: "read",
  contents: "write",
  pull_requests: "write",
  issues: "write",
  checks: "write",
  statuses: "write",
  workflows: "write",
  members: "read",
  administration: "read",
};

const renewBeforeMs = 5 * 60_000;
const longestLifeMs = 60 * 60_000;

interface Token {
  readonly value: string;
  /** On the monotonic clock. */
  readonly renewAt: number;
}

interface Installation {
  readonly id: string;
  readonly permissions: ReadonlyMap<string, string>;
}

/** Tokens of an App's installation: for one repository, with what Cairn needs, renewed in time. */
export class AppCredentials implements Credentials {
  readonly type = "app";
  readonly #port: AppPort;
  readonly #installationId: string | undefined;
  #token: Token | undefined;
  #renewing: Promise<void> | undefined;

  constructor(port: AppPort, installationId: string | undefined) {
    this.#port = port;
    this.#installationId = installationId;
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    const now = this.#port.clock.monotonicMs();
    if (this.#token === undefined || now >= this.#token.renewAt) await this.renew(signal);
  }

  token(): string | undefined {
    return this.#token?.value;
  }

  async renew(signal?: AbortSignal): Promise<boolean> {
    // One for all who ask at the same time; none of them can cancel it for the others.
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    await orCancelled(this.#renewing, "getting a token", signal);
    return true;
  }

  async permissions(signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const found = await orCancelled(this.#findInstallation(), "looking at the App", signal);
    return found.permissions;
  }

  async #renew(): Promise<void> {
    const { repository, clock, budget } = this.#port;
    const { id, permissions } = await this.#findInstallation();
    // https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
    const answer = await this.#port.asApp(
      "POST /app/installations/{installation_id}/access_tokens",
      {
        installation_id: id,
        repositories: [repository],
        permissions: narrow(permissions),
      },
    );
    const fields = readFields(answer, "the token of an installation");
    const lifeMs = Date.parse(fields.date("expires_at")) - budget.hostNow();
    const boundedMs = Math.min(Math.max(lifeMs, 0), longestLifeMs);
    const earlyMs = Math.min(renewBeforeMs, boundedMs / 2);
    this.#token = {
      value: fields.string("token"),
      renewAt: clock.monotonicMs() + boundedMs - earlyMs,
    };
  }

  async #findInstallation(): Promise<Installation> {
    // https://docs.github.com/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app
    const answer =
      this.#installationId === undefined
        ? await this.#port.asApp("GET /repos/{owner}/{repo}/installation")
        : await this.#port.asApp("GET /app/installations/{installation_id}", {
            installation_id: this.#installationId,
          });
    const fields = readFields(answer, "the App's installation");
    return { id: fields.id("id"), permissions: readPermissions(answer) };
  }
}

function readPermissions(installation: unknown): ReadonlyMap<string, string> {
  const permissions = readFields(installation, "the App's installation").entries("permissions");
  return new Map(
    permissions.flatMap(([name, level]) => (typeof level === "string" ? [[name, level]] : [])),
  );
}

/** Asking for more than the installation has would be refused. */
function narrow(granted: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, level]) => {
      const own = granted.get(name);
      if (own === undefined) return [];
      return [[name, own === "read" ? own : level]];
    }),
  );
}
