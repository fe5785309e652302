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
