import type { Rule } from "./rule.ts";

export const endpointWorkspaceUnknown: Rule = {
  id: "endpoint-workspace-unknown",
  severity: "error",
  states: "The workspaces that should run an endpoint exist.",

  *check({ registry }) {
    if (registry.settings === undefined) return;
    const names = new Set(registry.workspaces.map(({ name }) => name));
    for (const { metadata } of registry.endpoints) {
      for (const [index, workspace] of (metadata?.workspaces ?? []).entries()) {
        if (metadata === undefined || names.has(workspace)) continue;
        yield {
          message: `There is no workspace "${workspace}" (workspaces/${workspace}.yaml).`,
          at: metadata.document.placeOf(["workspaces", index]),
        };
      }
    }
  },
};
