import type { Json } from "./model.ts";

/** What a handler answers; the server adds what every answer has. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ends a request with an error as GitHub words it. */
export class Refusal extends Error {
  readonly status: number;
  readonly details: Json;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    details: Json = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.details = details;
    this.headers = headers;
  }

  toAnswer(): Answer {
    const body = {
      message: this.message,
      ...this.details,
      documentation_url: "https://docs.github.com/rest",
      status: String(this.status),
    };
    return { status: this.status, body, headers: this.headers };
  }
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };

export const notFound = () => new Refusal(404, "Not Found");
export const forbidden = (message: string) => new Refusal(403, message);

/** 422 with one error in GitHub's long form. */
export function invalid(resource: string, field: string, message?: string): Refusal {
  const error =
    message === undefined
      ? { resource, field, code: "invalid" }
      : { resource, code: "custom", field, message };
  return new Refusal(422, "Validation Failed", { errors: [error] });
}

/** 422 with a sentence. */
export function unprocessable(sentence: string): Refusal {
  return new Refusal(422, "Unprocessable Entity", { errors: [sentence] });
}

/** 422 as the newer parts of the API say it. */
export function invalidRequest(detail: string): Refusal {
  return new Refusal(422, `Invalid request.\n\n${detail}`);
}
