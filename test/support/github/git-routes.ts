import { created, forbidden, noContent, notFound, ok, Refusal, type Answer } from "./answers.ts";
import type { Json, Repository } from "./model.ts";
import type { GitObject } from "./object-reader.ts";
import { pageOf } from "./paging.ts";
import { refsMoved } from "./pushes.ts";
import { isRefName, type RefEntry } from "./refs.ts";
import { inTurn, moveRefs } from "./repositories.ts";
import { commitOf, need, onRepository, parameter, textOf } from "./route-kit.ts";
import { pushObstacles } from "./rules.ts";
import type { RepositoryCall, Route } from "./routing.ts";
import { commitShape, nodeId, repositoryUrl } from "./shapes.ts";
import { runGit } from "./git-program.ts";

const reading = need("read", "contents");
const writing = need("write", "contents");

/** Refs, commits and files, as they are in the repository. */
export const gitRoutes: readonly Route[] = [
  onRepository("GET", "/git/ref/{+ref}", reading, async (call) => {
    const name = `refs/${parameter(call, "ref")}`;
    const id = await call.repository.refs.get(name);
    if (id === undefined) throw notFound();
    return ok(await refShape(call, { name, id }));
  }),
  onRepository("GET", "/git/matching-refs/{+ref}", reading, async (call) => {
    const found = await call.repository.refs.list(`refs/${parameter(call, "ref")}`);
    return pageOf(call, found, async (entry) => refShape(call, entry));
  }),
  onRepository("POST", "/git/refs", writing, async (call) =>
    inTurn(call.repository, async () => {
      const name = textOf(call.body, "ref") ?? "";
      const id = textOf(call.body, "sha") ?? "";
      if (!isRefName(name)) throw new Refusal(422, "Reference name is not valid");
      if (await call.repository.refs.get(name)) throw new Refusal(422, "Reference already exists");
      await move(call, name, { before: undefined, after: id });
      return created(await refShape(call, { name, id }));
    }),
  ),
  onRepository("PATCH", "/git/refs/{+ref}", writing, async (call) =>
    inTurn(call.repository, async () => {
      const { repository, body } = call;
      const name = `refs/${parameter(call, "ref")}`;
      const before = await repository.refs.get(name);
      const id = textOf(body, "sha") ?? "";
      if (before === undefined) throw new Refusal(422, "Reference does not exist");
      const isForward = await repository.commits.isAncestor(before, id).catch(() => false);
      if (body["force"] !== true && !isForward) {
        throw new Refusal(422, "Update is not a fast forward");
      }
      await move(call, name, { before, after: id });
      return ok(await refShape(call, { name, id }));
    }),
  ),
  onRepository("DELETE", "/git/refs/{+ref}", writing, async (call) =>
    inTurn(call.repository, async () => {
      const name = `refs/${parameter(call, "ref")}`;
      const before = await call.repository.refs.get(name);
      if (before === undefined) throw new Refusal(422, "Reference does not exist");
      await move(call, name, { before, after: undefined });
      return noContent;
    }),
  ),
  onRepository("GET", "/commits/{ref}", reading, async (call) => {
    const commit = await call.repository.commits.get(await commitOf(call));
    if (commit === undefined) throw notFound();
    return ok(commitShape(call.world, call.repository, commit));
  }),
  onRepository("GET", "/contents/{+path}", reading, contents),
];

async function refShape({ world, repository }: RepositoryCall, entry: RefEntry): Promise<Json> {
  const url = `${repositoryUrl(world, repository)}/git`;
  const object = await repository.objects.read(entry.id);
  const type = object?.type ?? "commit";
  return {
    ref: entry.name,
    node_id: nodeId("Ref", entry.name),
    url: `${url}/${entry.name}`,
    object: { sha: entry.id, type, url: `${url}/${type}s/${entry.id}` },
  };
}

async function move(
  { world, repository, session }: RepositoryCall,
  ref: string,
  change: { readonly before: string | undefined; readonly after: string | undefined },
): Promise<void> {
  const { before, after } = change;
  if (after !== undefined && (await repository.objects.read(after)) === undefined) {
    throw new Refusal(422, "Object does not exist");
  }
  const kind = before === undefined ? "creation" : after === undefined ? "deletion" : "update";
  const obstacles = pushObstacles(repository, { ref, kind }, session.account);
  if (obstacles.length > 0) {
    throw new Refusal(422, `Repository rule violations found\n\n${obstacles.join("\n\n")}\n\n`);
  }
  const needsWorkflows =
    world.deceit.isRefusingWorkflowTags && session.permissions["workflows"] !== "write";
  if (needsWorkflows && after !== undefined && (await changesWorkflows(repository, ref, after))) {
    throw forbidden("Resource not accessible by integration");
  }
  await moveRefs(repository, [{ ref, to: after }]);
  await refsMoved(world, repository, [{ ref, before, after }], { by: session.account });
}

async function changesWorkflows(repository: Repository, ref: string, id: string) {
  if (!ref.startsWith("refs/tags/")) return false;
  const args = ["diff-tree", "--root", "-m", "-r", "--name-only", "--no-commit-id"];
  const paths = await runGit(repository.folder, [
    ...args,
    `${id}^{commit}`,
    "--",
    ".github/workflows",
  ]);
  return paths !== "";
}

async function contents(call: RepositoryCall): Promise<Answer> {
  const { repository, query } = call;
  const path = parameter(call, "path").replace(/\/+$/, "");
  const ref = query.get("ref") ?? repository.defaultBranch;
  const commit = await commitOf({ ...call, parameters: { ...call.parameters, ref } }).catch(() => {
    throw new Refusal(404, `No commit found for the ref ${ref}`);
  });
  const object = await repository.objects.read(`${commit}:${path}`);
  if (object === undefined) throw notFound();
  return ok(
    object.type === "tree"
      ? treeEntries(object).map((entry) =>
          fileShape(call, path === "" ? entry.name : `${path}/${entry.name}`, entry),
        )
      : contentShape(call, path, object),
  );
}

interface TreeEntry {
  readonly name: string;
  readonly id: string;
  readonly type: "file" | "dir";
  readonly size: number;
}

function treeEntries({ content }: GitObject): readonly TreeEntry[] {
  const found: TreeEntry[] = [];
  for (let at = 0; at < content.length;) {
    const end = content.indexOf(0, at);
    const [mode = "", name = ""] = content.toString("utf8", at, end).split(/ (.*)/s);
    const id = content.toString("hex", end + 1, end + 21);
    found.push({ name, id, type: mode === "40000" ? "dir" : "file", size: 0 });
    at = end + 21;
  }
  return found;
}

function fileShape(
  { world, repository, query }: RepositoryCall,
  path: string,
  { id, type, size }: Omit<TreeEntry, "name">,
): Json {
  const api = repositoryUrl(world, repository);
  const ref = query.get("ref") ?? repository.defaultBranch;
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  const self = `${api}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const git = `${api}/git/${type === "dir" ? "trees" : "blobs"}/${id}`;
  const html = `${world.url}/${repository.fullName}/blob/${encodeURIComponent(ref)}/${encoded}`;
  return {
    name: path.split("/").at(-1) ?? path,
    path,
    sha: id,
    size,
    url: self,
    html_url: html,
    git_url: git,
    download_url: type === "dir" ? null : html.replace("/blob/", "/raw/"),
    type,
    _links: { self, git, html },
  };
}

function contentShape(call: RepositoryCall, path: string, { id, content }: GitObject): Json {
  const lines = content.toString("base64").replace(/.{60}/g, "$&\n");
  return {
    ...fileShape(call, path, { id, type: "file", size: content.length }),
    content: lines,
    encoding: "base64",
  };
}
