import type { Rule } from "./rule.ts";

export const deploymentEndpointUnknown: Rule = {
  id: "deployment-endpoint-unknown",
  severity: "error",
  states: "A deployment belongs to an endpoint of this registry.",

  *check({ registry }) {
    if (registry.settings === undefined) return;
    const names = new Set(registry.endpoints.map(({ name }) => name));
    for (const { endpoint, document } of registry.deployments) {
      if (endpoint === "" || names.has(endpoint)) continue;
      yield {
        message: `There is no endpoint "${endpoint}" in this registry: correct the name, or add the manifest of the endpoint.`,
        at: document.placeOf(["endpoint_name"]),
      };
    }
  },
};
