import { notFound, ok } from "./answers.ts";
import type { Json } from "./model.ts";
import { commitOf, need, onRepository } from "./route-kit.ts";
import type { RepositoryCall, Route } from "./routing.ts";

const places = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/** Owners whom GitHub does not know; GitHub finds more that is wrong than the double. */
export const codeOwnersRoute: Route = onRepository(
  "GET",
  "/codeowners/errors",
  need("read", "contents"),
  async (call) => {
    const { repository, query } = call;
    const ref = query.get("ref") ?? repository.defaultBranch;
    const commit = await commitOf({ ...call, parameters: { ...call.parameters, ref } });
    for (const path of places) {
      const file = await repository.objects.read(`${commit}:${path}`);
      if (file !== undefined) return ok({ errors: errorsIn(call, path, file.content.toString()) });
    }
    throw notFound();
  },
);

function errorsIn({ world }: RepositoryCall, path: string, text: string): readonly Json[] {
  return text.split("\n").flatMap((source, index) => {
    const [, ...owners] = source.replace(/#.*/, "").trim().split(/\s+/);
    return owners.flatMap((owner): readonly Json[] => {
      const [, name = "", team] = /^@([^/]+)(?:\/(.+))?$/.exec(owner) ?? [];
      const isKnown =
        team === undefined
          ? world.accounts.find(name) !== undefined
          : world.accounts.team(name, team) !== undefined;
      if (isKnown) return [];
      const [line, column] = [index + 1, source.indexOf(owner) + 1];
      const suggestion = `make sure ${owner} exists and has write access to the repository`;
      const kind = "Unknown owner";
      const message = `${kind} on line ${line}: ${suggestion}\n\n  ${source}`;
      return [{ line, column, kind, source, suggestion, message, path }];
    });
  });
}
