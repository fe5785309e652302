import type { Rule } from "./rule.ts";

export const registryPrimaryLocation: Rule = {
  id: "registry-primary-location",
  severity: "error",
  states: "The primary region is among the replicas, and no region is there twice.",

  *check({ registry }) {
    const { settings } = registry;
    if (settings === undefined || settings.replicas.length === 0) return;
    const { location, replicas, document } = settings;
    if (!replicas.some((replica) => replica.location === location)) {
      yield {
        message: `The primary region "${location}" is not in replication_locations: add it there.`,
        at: document.placeOf(["location"]),
      };
    }
    const seen = new Set<string>();
    for (const [index, replica] of replicas.entries()) {
      if (seen.has(replica.location)) {
        yield {
          message: `The region "${replica.location}" is listed twice: remove one.`,
          at: document.placeOf(["replication_locations", index, "location"]),
        };
      }
      seen.add(replica.location);
    }
  },
};
