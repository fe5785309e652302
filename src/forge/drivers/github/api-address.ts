import { apiUrlRefused } from "../../errors.ts";

/** The address of GitHub's API: the only place that credentials are sent to. */
export class ApiAddress {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly graphqlUrl: string;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #graphqlPath: string;

  /** Throws `FORGE_API_URL_REFUSED`. */
  constructor(text: string) {
    const url = parse(text);
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, "");
    this.baseUrl = `${this.#origin}${this.#prefix}`;
    this.#graphqlPath = `${this.#prefix.replace(/\/v3$/, "")}/graphql`;
    this.graphqlUrl = `${this.#origin}${this.#graphqlPath}`;
  }

  /** True for what is below the address: same scheme, host, port and path. */
  owns(address: string): boolean {
    if (dotSegment.test(address) || !URL.canParse(address)) return false;
    const { origin, pathname, username, password } = new URL(address);
    if (origin !== this.#origin || username !== "" || password !== "") return false;
    return pathname.startsWith(`${this.#prefix}/`) || pathname === this.#graphqlPath;
  }

  /** The absolute form of what a header of an answer points at. */
  resolve(location: string, from: string): string | undefined {
    return URL.canParse(location, from) ? new URL(location, from).href : undefined;
  }
}

/** `..` as an owner or a name of a file would lead to another method of the API. */
const dotSegment = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

function parse(text: string): URL {
  if (!URL.canParse(text)) throw apiUrlRefused("it is not a URL.");
  const url = new URL(text);
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere)) {
    throw apiUrlRefused("it is not https, and the credentials would be readable on the way.");
  }
  if (url.username !== "" || url.password !== "") {
    throw apiUrlRefused("it has credentials in it.");
  }
  if (url.search !== "" || url.hash !== "") throw apiUrlRefused("it has a query or a fragment.");
  return url;
}
