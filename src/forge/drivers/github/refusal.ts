import { CairnError, type CairnErrorOptions } from "../../../shared/errors.ts";

/** GitHub answered, and the answer is no: like any error of a forge, with what it said. */
export class GitHubRefusal extends CairnError {
  /** Of HTTP. */
  readonly status: number;
  /** GitHub's own words, redacted and cut. */
  readonly detail: string;

  constructor(
    options: CairnErrorOptions,
    answer: { readonly status: number; readonly detail: string },
  ) {
    super(options);
    this.status = answer.status;
    this.detail = answer.detail;
  }
}

/** True when GitHub refused with one of these statuses, and its words match. */
export function isRefusal(
  error: unknown,
  statuses: readonly number[],
  pattern?: RegExp,
): error is GitHubRefusal {
  return (
    error instanceof GitHubRefusal &&
    statuses.includes(error.status) &&
    (pattern === undefined || pattern.test(error.detail))
  );
}
