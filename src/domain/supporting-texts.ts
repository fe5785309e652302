import { parseDockerfile, type Instruction } from "./dockerfile.ts";
import type { LocalPath, Registry, SupportingText } from "./registry.ts";

/** A supporting file and the field that leads to it, the first of those that do. */
export interface NamedText extends SupportingText {
  readonly localPath: LocalPath;
}

const known = new WeakMap<Registry, readonly NamedText[]>();

/** Every file of these roles that manifests stand on, once. */
export function* supportingTexts(
  registry: Registry,
  ...roles: readonly SupportingText["role"][]
): Iterable<NamedText> {
  const all = known.get(registry) ?? [...distinctTexts(registry)];
  known.set(registry, all);
  for (const text of all) if (roles.includes(text.role)) yield text;
}

function* distinctTexts(registry: Registry): Iterable<NamedText> {
  const { assets, deployments, jobs, otherManifests } = registry;
  const owners = [...assets, ...deployments, ...jobs, ...otherManifests];
  const texts = owners.flatMap(({ localPaths }) =>
    localPaths.flatMap((localPath) => localPath.texts.map((text) => ({ ...text, localPath }))),
  );
  const seen = new Set<string>();
  for (const text of texts) {
    const key = `${text.role} ${text.path}`;
    if (!seen.has(key)) yield text;
    seen.add(key);
  }
}

/** A Dockerfile of the registry, with its instructions. */
export interface NamedDockerfile extends NamedText {
  readonly instructions: readonly Instruction[];
}

const parsed = new WeakMap<NamedText, readonly Instruction[]>();

/** Every Dockerfile of the registry, parsed once for all rules. */
export function* dockerfiles(registry: Registry): Iterable<NamedDockerfile> {
  for (const file of supportingTexts(registry, "dockerfile")) {
    const instructions = parsed.get(file) ?? parseDockerfile(file.text);
    parsed.set(file, instructions);
    yield { ...file, instructions };
  }
}
