import type { Answer } from "./answers.ts";
import type { Call } from "./routing.ts";

const perPageDefault = 30;
const perPageMost = 100;

/** One page of a list, and links to the others; only what is on it is rendered. */
export async function pageOf<T>(
  call: Call,
  items: readonly T[],
  render: (item: T) => unknown,
  wrap: (page: readonly unknown[], total: number) => unknown = (page) => page,
): Promise<Answer> {
  const perPage = numberIn(call.query, "per_page", perPageDefault, perPageMost);
  const page = numberIn(call.query, "page", 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const shown = items.slice((page - 1) * perPage, page * perPage);
  const body = wrap(await Promise.all(shown.map(render)), items.length);
  const targets: [string, number][] = [];
  if (page > 1) targets.push(["prev", Math.min(page - 1, last)]);
  if (page < last) targets.push(["next", page + 1], ["last", last]);
  if (page > 1) targets.push(["first", 1]);
  const links = targets.map(([name, target]) => link(call, name, { page: String(target) }));
  return { status: 200, body, ...(links.length > 0 && { headers: { link: links.join(", ") } }) };
}

/** Pages that go on after an item instead of at a number. */
export async function cursorPageOf<T extends { readonly id: number }>(
  call: Call,
  items: readonly T[],
  render: (item: T) => unknown,
): Promise<Answer> {
  const perPage = numberIn(call.query, "per_page", perPageDefault, perPageMost);
  const after = Number(Buffer.from(call.query.get("after") ?? "", "base64url").toString());
  const start = items.findIndex(({ id }) => id === after) + 1;
  const shown = items.slice(start, start + perPage);
  const last = shown.at(-1);
  const body = await Promise.all(shown.map(render));
  if (last === undefined || start + perPage >= items.length) return { status: 200, body };
  const cursor = Buffer.from(String(last.id)).toString("base64url");
  return { status: 200, body, headers: { link: link(call, "next", { after: cursor }) } };
}

export function numberIn(
  query: URLSearchParams,
  name: string,
  otherwise: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(query.get(name) ?? otherwise);
  return Number.isInteger(value) && value > 0 ? Math.min(value, most) : otherwise;
}

/** GitHub's links name the repository by its id. */
function link(call: Call, name: string, changes: Readonly<Record<string, string>>): string {
  const { owner, repo } = call.parameters;
  const repository = call.world.repositories.find(`${owner}/${repo}`);
  const path =
    repository === undefined
      ? call.path
      : call.path.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${repository.id}`);
  const query = new URLSearchParams(call.query);
  for (const [key, value] of Object.entries(changes)) query.set(key, value);
  return `<${call.world.apiUrl}${path}?${query.toString()}>; rel="${name}"`;
}
