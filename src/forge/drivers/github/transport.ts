import { CairnError } from "../../../shared/errors.ts";
import { answerBroken, forgeDenied, forgeUnavailable } from "../../errors.ts";
import type { ApiAddress } from "./api-address.ts";
import { parseJson } from "./json.ts";

/** What Octokit needs of an answer; `body` is the answer as it was parsed here. */
export interface Answer {
  readonly status: number;
  readonly url: string;
  readonly headers: ReadonlyHeaders;
  readonly body: Body | undefined;
  text(): Promise<string>;
}

/** Octokit would hand on a text that it cannot parse as if it were the answer. */
export interface Body {
  readonly data: unknown;
  readonly sizeBytes: number;
}

interface ReadonlyHeaders extends Iterable<[string, string]> {
  get(name: string): string | null;
}

export interface TransportOptions {
  readonly address: ApiAddress;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  /** For requests that bring none of their own. */
  authorization(): string | undefined;
  /** Told of every answer. */
  note(headers: Readonly<Record<string, string>>): void;
}

export interface RequestToSend {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const bodiless = new Set([202, 204, 205]);
const maxRefusalBytes = 64 * 1024;

/**
 * The only way to GitHub's API: bounded in time and size, without redirects, and the credentials
 * are added here, for the API's own address and nothing else.
 */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** In the place of `fetch`. */
  async send(url: string, request: RequestToSend): Promise<Answer> {
    const { address, timeoutMs } = this.#options;
    if (!address.owns(url)) throw forgeDenied(`${cut(url)} is not below ${address.baseUrl}.`);
    const what = `${request.method} ${cut(new URL(url).pathname)}`;
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const timer = setTimeout(end, timeoutMs);
    request.signal?.addEventListener("abort", end, { once: true });
    try {
      request.signal?.throwIfAborted();
      return await this.#send(url, request, ending.signal);
    } catch (error) {
      // Octokit repeats whatever fails, but not what has this name.
      if (request.signal?.aborted === true) throw new DOMException("Cancelled", "AbortError");
      if (error instanceof CairnError) throw error;
      if (ending.signal.aborted) {
        throw forgeUnavailable(`${what} took longer than ${timeoutMs / 1000} s.`);
      }
      throw forgeUnavailable(`${what}: ${reasonOf(error)}`);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", end);
    }
  }

  async #send(url: string, request: RequestToSend, signal: AbortSignal): Promise<Answer> {
    const { method, body } = request;
    const authorization = request.headers["authorization"] ?? this.#options.authorization();
    const response = await fetch(url, {
      method,
      headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
      redirect: "manual",
      signal,
      ...(body === undefined ? {} : { body }),
    });
    this.#options.note(Object.fromEntries(response.headers));
    const isRefusal = response.status >= 400;
    const maxBytes = isRefusal ? maxRefusalBytes : this.#options.maxBodyBytes;
    const text = await readText(response, maxBytes, isRefusal);
    const shown = isRefusal ? hide(text, authorization) : text;
    const isSuccess = response.status >= 200 && response.status < 300;
    // Anything else without a body would look like something that is missing.
    const hasBody = isSuccess && !(text === "" && bodiless.has(response.status));
    return {
      status: response.status,
      url,
      headers: response.headers,
      body: hasBody
        ? readBody(text, response, `${method} ${cut(new URL(url).pathname)}`)
        : undefined,
      text: async () => shown,
    };
  }
}

function readBody(text: string, response: Response, what: string): Body {
  const type = response.headers.get("content-type") ?? "";
  if (!/^application\/(?:[\w.+-]*\+)?json\b/i.test(type)) {
    throw answerBroken(
      `the answer to ${what} is ${type === "" ? "of no type" : cut(type)}, not JSON.`,
    );
  }
  let data: unknown;
  try {
    data = parseJson(text);
  } catch {
    throw answerBroken(`the answer to ${what} is cut or no JSON.`);
  }
  if (typeof data !== "object" || data === null) {
    throw answerBroken(`the answer to ${what} is neither an object nor a list.`);
  }
  return { data, sizeBytes: text.length };
}

async function readText(
  response: Response,
  maxBytes: number,
  isCutAllowed: boolean,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let left = maxBytes;
  if (response.body === null) return "";
  // Leaving the loop ends the connection.
  for await (const chunk of response.body) {
    if (chunk.byteLength > left) {
      if (!isCutAllowed) throw answerBroken(`an answer is longer than ${maxBytes} bytes.`);
      chunks.push(chunk.subarray(0, left));
      break;
    }
    chunks.push(chunk);
    left -= chunk.byteLength;
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** What a refusal quotes is shown to people. */
function hide(text: string, authorization: string | undefined): string {
  const secret = authorization?.split(" ").at(-1) ?? "";
  return secret === "" ? text : text.replaceAll(secret, "***");
}

/** The words of `fetch` are "fetch failed"; those below say why. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? cut(inner.message || inner.name) : "the connection failed";
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
