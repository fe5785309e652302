import type { Rule } from "./rule.ts";

export const workspaceRegion: Rule = {
  id: "workspace-region",
  severity: "error",
  states: "A workspace sits in a region that registry.yaml names.",

  *check({ registry }) {
    const { settings } = registry;
    if (settings === undefined) return;
    const regions = new Set([
      settings.location,
      ...settings.replicas.map(({ location }) => location),
    ]);
    regions.delete("");
    for (const { region, document, isBroken } of registry.workspaces) {
      if (isBroken || regions.has(region)) continue;
      const known = [...regions].join(", ") || "none";
      yield {
        message: `There is no region "${region}" in registry.yaml (it has ${known}): add it to replication_locations or correct it.`,
        at: document.placeOf(["region"]),
      };
    }
  },
};
