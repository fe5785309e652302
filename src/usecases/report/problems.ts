import type { Finding } from "../../domain/finding.ts";
import { toCairnError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/log.ts";

/** So many in a row that have nothing to do with what was looked at: the host does not get on. */
const mostInARow = 3;

/** What could not be reported, so that one pull request stops no other. */
export class Problems {
  readonly #log: Logger;
  readonly #findings: Finding[] = [];
  #inARow = 0;
  #hostProblem: string | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Why nothing more is tried in this run, if so. */
  get hostProblem(): string | undefined {
    return this.#hostProblem;
  }

  /** Something was done: whatever failed before was not the host. */
  passed(): void {
    this.#inARow = 0;
  }

  /** `what` starts the sentence: `Pull request #12 is not reported on`. */
  add(what: string, cause: unknown): void {
    const error = toCairnError(cause);
    const { kind, message, hint = "", retryAfterMs } = error;
    const isOfHost = kind === "unavailable" || kind === "denied";
    this.#inARow = isOfHost ? this.#inARow + 1 : 0;
    this.#log.warn({ error }, what);
    this.#findings.push(finding("warning", `${what}: ${message} ${hint}`.trim()));
    if (this.#inARow >= mostInARow || (isOfHost && retryAfterMs !== undefined)) {
      this.#stop(message);
    }
  }

  /** Nothing can be asked of the host at all. */
  stop(cause: unknown): void {
    const error = toCairnError(cause);
    this.#log.warn({ error }, "pull requests are not reported on");
    this.#stop(error.message);
  }

  #stop(message: string): void {
    this.#hostProblem ??= message;
  }
}

function finding(severity: Finding["severity"], message: string): Finding {
  return { rule: "pull-request-unreported", severity, message, path: "registry.yaml" };
}
