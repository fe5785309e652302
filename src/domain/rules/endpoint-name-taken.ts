import { groupBy } from "../../shared/group-by.ts";
import type { ManifestDocument } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const endpointNameTaken: Rule = {
  id: "endpoint-name-taken",
  severity: "error",
  states: "An endpoint has a name of its own, and so has each deployment of an endpoint.",

  *check({ registry }) {
    const endpoints = registry.endpoints.map(({ document, name }) => ({ document, name }));
    yield* taken(endpoints, "endpoint");
    const deployments = registry.deployments.map(({ document, name, endpoint }) => ({
      document,
      name,
      of: endpoint,
    }));
    yield* taken(deployments, "deployment");
  },
};

interface Named {
  readonly document: ManifestDocument;
  readonly name: string;
  /** The endpoint that a deployment belongs to. */
  readonly of?: string;
}

function* taken(all: readonly Named[], what: string): Iterable<Violation> {
  const named = all.filter((each) => each.name !== "" && each.of !== "");
  // Azure compares them whatever their case.
  const groups = groupBy(named, (each) => JSON.stringify([each.of, each.name]).toLowerCase());
  for (const group of groups.values()) {
    for (const { document, name } of group) {
      const other = group.find((candidate) => candidate.document !== document);
      if (other === undefined) continue;
      yield {
        message: `The ${what} "${name}" is also defined in ${other.document.path}: each would replace the other, so rename one.`,
        at: document.placeOf(["name"]),
      };
    }
  }
}
