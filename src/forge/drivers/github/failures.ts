import { CairnError } from "../../../shared/errors.ts";
import { redact } from "../../../shared/redact.ts";
import { forgeDenied, forgeUnavailable, rateLimited } from "../../errors.ts";
import type { Budget, Headers } from "./budget.ts";
import { parseJson } from "./json.ts";
import { GitHubRefusal } from "./refusal.ts";

/** What Octokit throws for an answer that is no success. */
export interface Refused {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/** The answer that an error of Octokit's is about, if there was one. */
export function refusedAnswer(error: unknown): Refused | undefined {
  if (!(error instanceof Error) || !("status" in error) || !("response" in error)) return undefined;
  const { status, response } = error;
  if (typeof status !== "number" || typeof response !== "object" || response === null) {
    return undefined;
  }
  const headers = "headers" in response ? response.headers : undefined;
  return {
    status,
    headers: isRecord(headers) ? headers : {},
    data: "data" in response ? response.data : undefined,
  };
}

/** What an error of Octokit's means. Nothing of Octokit's is kept: its errors hold the request. */
export function toForgeError(error: unknown, what: string, budget: Budget): CairnError {
  if (error instanceof CairnError) return error;
  const refused = refusedAnswer(error);
  if (refused !== undefined) return toRefusal(refused, what, budget);
  if (error instanceof Error && error.cause instanceof CairnError) return error.cause;
  if (error instanceof Error && error.name === "AbortError") return cancelled(what);
  return forgeUnavailable(`${what}: ${error instanceof Error ? error.message : "it failed"}`);
}

export function cancelled(what: string): CairnError {
  return forgeUnavailable(`${what} was cancelled.`);
}

function toRefusal({ status, headers, data }: Refused, what: string, budget: Budget): CairnError {
  const detail = describeRefusal(data);
  if (status >= 500 || status === 408) return forgeUnavailable(`${what}: ${status} ${detail}`);
  if (isAboutRate(status, headers, detail)) return rateLimited(detail, budget.refused(headers));
  return refusal(status, detail, `${words(status)} (${what}: ${detail})`);
}

/** Like `forgeDenied`, with the answer. */
export function refusal(status: number, detail: string, message: string): GitHubRefusal {
  const { code, kind, message: text, hint = "" } = forgeDenied(message);
  return new GitHubRefusal({ code, kind, message: text, hint }, { status, detail });
}

function words(status: number): string {
  switch (status) {
    case 401:
      return "the credentials are wrong or have ended";
    case 403:
      return "the credentials do not allow it";
    case 404:
      return "there is no such repository or thing, or the credentials have no access";
    default:
      return `it answers ${status}`;
  }
}

function isAboutRate(status: number, headers: Headers, detail: string): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers["retry-after"] !== undefined ||
    headers["x-ratelimit-remaining"] === "0" ||
    /\b(?:secondary rate|rate limit exceeded|abuse detection)\b/i.test(detail)
  );
}

/** GitHub's own words: `Validation Failed: head sha can't be blank`. */
export function describeRefusal(data: unknown): string {
  const parsed = typeof data === "string" ? parsedOr(data) : data;
  const text = isRecord(parsed)
    ? [parsed["message"], ...detailsOf(parsed["errors"])].filter(isText).join(": ")
    : isText(parsed)
      ? parsed
      : "";
  const plain = redact(text).replaceAll(/\s+/g, " ").trim();
  return plain === "" ? "no reason given" : plain.slice(0, 500);
}

function detailsOf(errors: unknown): readonly unknown[] {
  if (!Array.isArray(errors)) return [errors];
  return errors.slice(0, 10).map((entry: unknown) => {
    if (!isRecord(entry)) return entry;
    if (isText(entry["message"])) return entry["message"];
    return [entry["resource"], entry["field"], entry["code"]].filter(isText).join(" ");
  });
}

function parsedOr(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
