import { answerBroken, answerIncomplete, forgeDenied } from "../../errors.ts";
import type { ApiAddress } from "./api-address.ts";

/** The items of one page: the answer itself, or the only list in it. */
export function itemsOf(data: unknown, what: string): readonly unknown[] {
  if (Array.isArray(data)) return data;
  const lists =
    typeof data === "object" && data !== null ? Object.values(data).filter(Array.isArray) : [];
  const [items, second] = lists;
  if (items === undefined || second !== undefined) {
    throw answerBroken(`the answer to ${what} is no list.`);
  }
  return items;
}

/** How many there are, where an answer says so. */
export function totalOf(data: unknown): number | undefined {
  if (typeof data !== "object" || data === null || !("total_count" in data)) return undefined;
  return typeof data.total_count === "number" ? data.total_count : undefined;
}

/** The address of the next page. Rejects one that leads away from the API. */
export function nextPage(link: string | undefined, address: ApiAddress): string | undefined {
  if (link === undefined) return undefined;
  const [, next] = /<([^<>]{1,4000})>\s*;\s*rel="?next"?/.exec(link) ?? [];
  if (next === undefined) return undefined;
  if (!address.owns(next)) {
    throw forgeDenied(`the next page of a list would be at another address than the API's.`);
  }
  return next;
}

/** Guards the way through the pages of one list. */
export class PageTrail {
  readonly #seen = new Set<string>();
  readonly #maxPages: number;
  readonly #what: string;

  constructor(what: string, maxPages: number) {
    this.#what = what;
    this.#maxPages = maxPages;
  }

  visit(url: string): void {
    if (this.#seen.has(url)) throw answerIncomplete(`the pages of ${this.#what} go in a circle.`);
    if (this.#seen.size >= this.#maxPages) {
      throw answerIncomplete(`${this.#what} has more than ${this.#maxPages} pages.`);
    }
    this.#seen.add(url);
  }

  requireAll(found: number, total: number | undefined): void {
    if (total === undefined || found >= total) return;
    throw answerIncomplete(`${this.#what} has ${total} items, and ${found} came.`);
  }
}
