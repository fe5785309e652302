import type { CairnError, ErrorKind } from "../shared/errors.ts";
import { redact } from "../shared/redact.ts";

const statusOfKind = {
  invalid: 422,
  missing: 404,
  conflict: 409,
  denied: 403,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorKind, number>;

const titleOfKind = {
  invalid: "The request cannot be used as it is",
  missing: "There is no such thing",
  conflict: "Somebody else was first",
  denied: "Not allowed",
  unavailable: "Not available now",
  internal: "Cairn failed",
} as const satisfies Record<ErrorKind, string>;

/** A problem document, RFC 9457. What a bug had to say is for the log only. */
export function toProblem(error: CairnError): Response {
  const { kind, code, message, hint, retryAfterMs } = error;
  const isBug = kind === "internal";
  const status = statusOfKind[kind];
  const headers = retryAfter(retryAfterMs);
  return problemResponse(
    {
      type: `urn:cairn:error:${code}`,
      status,
      title: titleOfKind[kind],
      code,
      detail: isBug ? "The server's log says more." : redact(message),
      ...(hint === undefined || isBug ? {} : { hint: redact(hint) }),
    },
    headers,
  );
}

/** Says nothing that the status does not say already, hence no code of ours. */
export function methodNotAllowed(allowed = "GET, HEAD"): Response {
  const detail = `This address only answers ${allowed.replace(", ", " and ")}.`;
  return plainProblem({ status: 405, title: "Method not allowed", detail }, { allow: allowed });
}

/** A refusal that HTTP has a word for. */
export function plainProblem(
  problem: Pick<Problem, "status" | "title" | "detail">,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return problemResponse({ type: "about:blank", ...problem }, headers);
}

interface Problem {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly code?: string;
  readonly hint?: string;
}

function problemResponse(problem: Problem, headers: Readonly<Record<string, string>>): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...headers, "content-type": "application/problem+json" },
  });
}

function retryAfter(retryAfterMs: number | undefined): Readonly<Record<string, string>> {
  return retryAfterMs === undefined ? {} : { "retry-after": `${Math.ceil(retryAfterMs / 1000)}` };
}
