import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import { redact } from "../../../shared/redact.ts";
import type { Logger } from "../../../shared/log.ts";
import type { ApiAddress } from "./api-address.ts";
import type { GitHubLimits } from "./api.ts";
import type { RequestToSend, Transport } from "./transport.ts";

const PatientOctokit = Octokit.plugin(retry, throttling);

export interface OctokitParts {
  readonly transport: Transport;
  readonly address: ApiAddress;
  readonly log: Logger;
  readonly limits: GitHubLimits;
}

/** Octokit with its plugins; every request goes through the transport. */
export interface Octokits {
  /** Asks again when GitHub stumbles. */
  readonly forReads: Octokit;
  readonly forWrites: Octokit;
}

/**
 * Two of them, because `retries` of one request would also repeat what GitHub refused, whatever the
 * plugin was told not to repeat.
 */
export function createOctokits(parts: OctokitParts): Octokits {
  return {
    forReads: createOctokit(parts, parts.limits.retries),
    forWrites: createOctokit(parts, 0),
  };
}

function createOctokit(
  { transport, address, log, limits }: OctokitParts,
  retries: number,
): Octokit {
  return new PatientOctokit({
    baseUrl: address.baseUrl,
    userAgent: "cairn",
    log: toOctokitLog(log),
    request: {
      fetch: async (url: string, request: RequestToSend) => transport.send(url, request),
      // The transport has parsed it, with more care.
      parseSuccessResponseBody: false,
    },
    retry: {
      retryAfterBaseValue: limits.retryAfterMs,
      retries,
      doNotRetry: [400, 401, 403, 404, 405, 409, 410, 422, 429, 451],
    },
    throttle: {
      write: unhurried,
      notifications: unhurried,
      // Not again from here: the caller is told when, and does other work until then.
      onRateLimit: () => undefined,
      onSecondaryRateLimit: () => undefined,
    },
  });
}

interface Group {
  key(id: string): { schedule(options: object, run: () => Promise<void>): Promise<void> };
}

/**
 * For the plugin every GraphQL query is a write, and a check run waits a second after any comment:
 * `Pace` spreads the writes instead, and can be cancelled. The prototype is how an object gets into
 * the place of a Bottleneck group.
 */
const unhurried = Object.create({
  key: () => ({ schedule: async (_options, run) => run() }),
} satisfies Group);

/** Octokit reports each request, and calls what is no success an error: all of that is detail here. */
function toOctokitLog(log: Logger): Record<"debug" | "info" | "warn" | "error", OctokitLine> {
  const debug = (message: string): void => log.debug({}, redact(message));
  return { debug, info: debug, warn: debug, error: debug };
}

type OctokitLine = (message: string) => void;
