import { answerBroken, forgeDenied } from "../../errors.ts";
import type { ApiAddress } from "./api-address.ts";
import type { Parameters } from "./api.ts";
import type { Budget, Headers } from "./budget.ts";
import { orCancelled } from "./cancel.ts";
import { refusedAnswer, toForgeError } from "./failures.ts";
import type { Octokits } from "./octokit.ts";

export interface Call {
  readonly route: string;
  readonly parameters: Parameters;
  /** Asking twice does no harm. */
  readonly isRepeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** `undefined` when the answer has no body. */
  readonly data: unknown;
  readonly sizeBytes: number;
}

/** What performs a request: Octokit's own, or that of the App's login. */
export type Perform = (call: Call) => Promise<OctokitAnswer>;

interface OctokitAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

const maxRedirects = 3;
const notModified = 304;

/** Sends one request and says what the answer means; goes where GitHub says a repository has moved. */
export class Requester {
  readonly #octokits: Octokits;
  readonly #address: ApiAddress;
  readonly #budget: Budget;

  constructor(parts: {
    readonly octokits: Octokits;
    readonly address: ApiAddress;
    readonly budget: Budget;
  }) {
    this.#octokits = parts.octokits;
    this.#address = parts.address;
    this.#budget = parts.budget;
  }

  /** The whole address of a request. */
  urlOf(route: string, parameters: Parameters): string {
    return this.#octokits.forReads.request.endpoint(route, parameters).url;
  }

  /** `GET /repos/contoso/ml-registry`: for messages. */
  describe(route: string, parameters: Parameters): string {
    const { method, url } = this.#octokits.forReads.request.endpoint(route, parameters);
    return `${method} ${URL.canParse(url) ? new URL(url).pathname.slice(0, 200) : "what is no URL"}`;
  }

  async send(call: Call, perform: Perform = this.#perform): Promise<Reply> {
    const what = this.describe(call.route, call.parameters);
    let reply = await this.#once(call, perform, what);
    for (let hop = 0; hop < maxRedirects && isRedirect(reply.status); hop += 1) {
      reply = await this.#once(this.#redirected(call, reply, what), perform, what);
    }
    if (isRedirect(reply.status)) throw answerBroken(`${what} leads from one address to the next.`);
    return reply;
  }

  readonly #perform: Perform = async ({ route, parameters, isRepeatable }) => {
    const { forReads, forWrites } = this.#octokits;
    return (isRepeatable ? forReads : forWrites).request(route, { ...parameters });
  };

  async #once(call: Call, perform: Perform, what: string): Promise<Reply> {
    const { parameters, signal } = call;
    const request = signal === undefined ? {} : { signal };
    try {
      const running = perform({ ...call, parameters: { ...parameters, request } });
      const { status, headers, data } = await orCancelled(running, what, signal);
      return { status, headers, ...readBody(data) };
    } catch (error) {
      const refused = refusedAnswer(error);
      if (refused?.status === notModified) return { ...refused, data: undefined, sizeBytes: 0 };
      throw toForgeError(error, what, this.#budget);
    }
  }

  /** A read goes on; a write only where it has not been done and is to be done the same way. */
  #redirected(call: Call, { status, headers }: Reply, what: string): Call {
    const { method, url, body } = this.#octokits.forReads.request.endpoint(
      call.route,
      call.parameters,
    );
    const location = headers["location"];
    const target = typeof location === "string" ? this.#address.resolve(location, url) : undefined;
    if (target === undefined || !this.#address.owns(target)) {
      throw forgeDenied(`${what} leads to another address than the API's.`);
    }
    if (method !== "GET" && status !== 307 && status !== 308) {
      throw forgeDenied(`${what} was moved (${status}): the repository has another name now.`);
    }
    const { headers: own } = call.parameters;
    return {
      ...call,
      route: `${method} ${target}`,
      parameters: {
        ...(own === undefined ? {} : { headers: own }),
        ...(body === undefined ? {} : { data: body }),
      },
    };
  }
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== notModified;
}

/** The transport has put what it parsed into an envelope; without a body there is none. */
function readBody(data: unknown): { readonly data: unknown; readonly sizeBytes: number } {
  if (typeof data !== "object" || data === null || !("sizeBytes" in data) || !("data" in data)) {
    return { data: undefined, sizeBytes: 0 };
  }
  return { data: data.data, sizeBytes: Number(data.sizeBytes) };
}
