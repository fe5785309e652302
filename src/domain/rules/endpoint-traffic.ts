import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import type { Endpoint, Registry } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const endpointTraffic: Rule = {
  id: "endpoint-traffic",
  severity: "error",
  states:
    "The traffic of an endpoint sums to 0 or 100, goes to deployments that exist, and is mirrored to others.",

  *check({ registry }) {
    for (const endpoint of registry.endpoints) {
      if (endpoint.isBroken) continue;
      yield* sumViolations(endpoint);
      yield* mirrorViolations(endpoint);
      if (registry.settings !== undefined) yield* nameViolations(endpoint, registry);
    }
  },
};

function* sumViolations({ document }: Endpoint): Iterable<Violation> {
  const { traffic } = document.value;
  if (!isJsonObject(traffic)) return;
  let sum = 0;
  for (const share of Object.values(traffic)) sum += percentOf(share);
  if (sum === 0 || sum === 100) return;
  yield {
    message: `The traffic sums to ${sum}: make it 100, or 0.`,
    at: document.placeOf(["traffic"]),
  };
}

/** Azure ML takes shares in quotes too. What is no number at all the schema refuses. */
function percentOf(share: JsonValue | undefined): number {
  const percent = typeof share === "string" ? Number(share.replaceAll("_", "")) : share;
  return typeof percent === "number" && Number.isFinite(percent) ? percent : 0;
}

/** A deployment takes live traffic or mirrored traffic, never both: Azure ML then mirrors nothing. */
function* mirrorViolations({ document }: Endpoint): Iterable<Violation> {
  const { traffic, mirror_traffic: mirrored } = document.value;
  if (!isJsonObject(traffic) || !isJsonObject(mirrored)) return;
  for (const [deployment, share] of Object.entries(mirrored)) {
    const live = Object.hasOwn(traffic, deployment) ? percentOf(traffic[deployment]) : 0;
    if (live <= 0 || percentOf(share) === 0) continue;
    yield {
      severity: "warning",
      message: `"${deployment}" has live traffic, and Azure ML mirrors none to it: mirror to another deployment.`,
      at: document.placeOf(["mirror_traffic", deployment]),
    };
  }
}

function* nameViolations({ name, document }: Endpoint, registry: Registry): Iterable<Violation> {
  const deployments = new Set(
    registry.deployments.filter(({ endpoint }) => endpoint === name).map((each) => each.name),
  );
  for (const field of ["traffic", "mirror_traffic"]) {
    const shares = document.value[field];
    for (const deployment of isJsonObject(shares) ? Object.keys(shares) : []) {
      if (deployments.has(deployment)) continue;
      yield {
        message: `There is no deployment "${deployment}" of endpoint "${name}" in this registry.`,
        at: document.placeOf([field, deployment]),
      };
    }
  }
}
