import { mkdir, realpath } from "node:fs/promises";
import { basename, dirname, join, posix, relative, resolve, sep } from "node:path";

import { writeFileAtomically } from "../disk/atomic-write.ts";
import { CommitSourceTree } from "../source/drivers/commit.ts";
import { FolderSourceTree } from "../source/drivers/folder.ts";
import type { App, RenderedDocument, RenderRequest } from "../usecases/app.ts";
import { renderForWorkspace, type RenderSource } from "../usecases/consume/render-job.ts";
import { requireBranch } from "../usecases/require-state.ts";
import { observe } from "../usecases/reconcile/observe.ts";
import { fileNotWritten } from "./new-files.ts";
import type { RegistryTarget } from "./settings.ts";
import type { ValidatorContext } from "./validate-paths.ts";

/** `cairn render`: jobs of the work tree, or of the branch where there is none. */
export function createJobRenderer(context: ValidatorContext): App["render"] {
  return async (request) => {
    const report = await renderForWorkspace(await sourceOf(context, request));
    for (const document of report.documents) await write(context.options.cwd, document);
    return report;
  };
}

async function sourceOf(
  { options, locate, lazy }: ValidatorContext,
  request: RenderRequest,
): Promise<RenderSource> {
  const { workTree } = await locate();
  const session = await lazy.get();
  const { state, head } = requireBranch(session, await observe(session.mirror, session.cache));
  const { workspace, output } = request;
  const parts = { state, workspace, output };
  const plain = posix.normalize(request.job.replaceAll("\\", "/"));
  if (workTree === undefined) {
    const tree = new CommitSourceTree({ git: session.mirror, commit: head });
    return { ...parts, tree, paths: [plain], locate: undefined };
  }
  return {
    ...parts,
    tree: new FolderSourceTree({ folder: workTree }),
    paths: [...(await pathFrom(workTree, resolve(options.cwd, request.job))), plain],
    locate: await locator(workTree, output, options.cwd),
  };
}

/** Where a file of this disk lies in the work tree; none outside. */
async function pathFrom(
  workTree: RegistryTarget["workTree"] & string,
  file: string,
): Promise<readonly string[]> {
  const [root, found] = await Promise.all([realpath(workTree), realpath(file).catch(() => file)]);
  const path = relative(root, found).split(sep).join("/");
  return path === "" || path.startsWith("../") ? [] : [path];
}

/** From the file that is written; absolute when it goes to the screen. */
async function locator(
  workTree: string,
  output: string | undefined,
  cwd: string,
): Promise<(path: string) => string> {
  if (output === undefined) return (path) => join(workTree, path).split(sep).join("/");
  // The system follows links before it goes up, so both ends have to be without them.
  const from = await realFolder(dirname(resolve(cwd, output)));
  const root = await realpath(workTree);
  return (path) => {
    const text = relative(from, join(root, path)).split(sep).join("/");
    if (text === "") return ".";
    return text === ".." || text.startsWith("../") ? text : `./${text}`;
  };
}

/** Of a folder that may have to be made first. */
async function realFolder(folder: string): Promise<string> {
  const real = await realpath(folder).catch(() => undefined);
  if (real !== undefined || folder === dirname(folder)) return real ?? folder;
  return join(await realFolder(dirname(folder)), basename(folder));
}

async function write(cwd: string, { path, text }: RenderedDocument): Promise<void> {
  if (path === undefined) return;
  const target = resolve(cwd, path);
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFileAtomically(target, text);
  } catch (cause) {
    throw fileNotWritten(target, cause);
  }
}
