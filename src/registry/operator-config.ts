import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { fail, ok, type Result } from "../shared/result.ts";
import { parseDuration } from "../shared/units.ts";
import type { Finding } from "../domain/finding.ts";
import { toFinding, type Problem } from "./problem.ts";
import { checkSchema } from "./schema/check-schema.ts";
import { objects, strings, textOf } from "./values.ts";
import { parseYaml, type ParsedYaml } from "./yaml/parse-yaml.ts";

/** `cairn.yaml`: what the operator of this Cairn decides and no registry can. */
export interface OperatorConfig {
  readonly registries: readonly ConfiguredRegistry[];
  readonly dataFolder: string | undefined;
  readonly storesFolder: string | undefined;
  /** Globs over `file:/srv/cairn/prod`. */
  readonly allowedStores: readonly string[];
  readonly http: { readonly host: string; readonly port: number };
  /** By name, the start of the environment variables that hold the secrets. */
  readonly credentials: ReadonlyMap<string, { readonly envPrefix: string }>;
  /** Names of environment variables; several while one secret takes another's place. */
  readonly webhookSecrets: readonly string[];
}

export interface ConfiguredRegistry {
  readonly name: string;
  readonly url: string;
  readonly branch: string | undefined;
  /** The pull-request host that is believed. */
  readonly host: "github" | "local";
  /** One of `OperatorConfig.credentials`. */
  readonly credentials: string | undefined;
  readonly github: GitHubSettings;
  readonly pollMs: number;
  readonly resyncCron: string | undefined;
  readonly verifyCron: string | undefined;
}

export interface GitHubSettings {
  /** Absent: derived from the registry's URL. */
  readonly apiUrl: string | undefined;
  /** Absent: asked of the host. */
  readonly repositoryId: string | undefined;
}

export const noGitHubSettings: GitHubSettings = { apiUrl: undefined, repositoryId: undefined };

export const defaultPollMs = 60_000;

export const defaultConfig: OperatorConfig = {
  registries: [],
  dataFolder: undefined,
  storesFolder: undefined,
  allowedStores: [],
  http: { host: "127.0.0.1", port: 7420 },
  credentials: new Map(),
  webhookSecrets: [],
};

/** Reads `cairn.yaml`; everything that is wrong with it at once. */
export function parseOperatorConfig(
  bytes: Uint8Array,
  path: string,
): Result<OperatorConfig, readonly Finding[]> {
  const parsed = parseYaml(bytes);
  const { value } = parsed;
  const problems = [
    ...parsed.problems,
    ...checkSchema("cairn-config", parsed),
    ...namesTakenTwice(parsed),
  ];
  if (problems.length > 0 || !isJsonObject(value)) {
    return fail(problems.map((problem) => toFinding(problem, path)));
  }
  const stores = objectOf(value["stores"]);
  const http = objectOf(value["http"]);
  return ok({
    registries: objects(value["registries"]).map(toConfiguredRegistry),
    dataFolder: textOf(value["data"]),
    storesFolder: textOf(stores["folder"]),
    allowedStores: strings(stores["allow"]),
    http: {
      host: textOf(http["host"]) ?? defaultConfig.http.host,
      port: typeof http["port"] === "number" ? http["port"] : defaultConfig.http.port,
    },
    credentials: new Map(
      Object.entries(objectOf(value["credentials"])).map(([name, entry]) => [
        name,
        { envPrefix: textOf(objectOf(entry)["env_prefix"]) ?? "" },
      ]),
    ),
    webhookSecrets: strings(objectOf(objectOf(value["webhooks"])["github"])["secrets"]),
  });
}

/** A name stands for one registry in URLs, logs and metrics. */
function namesTakenTwice({ value, places }: ParsedYaml): readonly Problem[] {
  const registries = isJsonObject(value) ? value["registries"] : undefined;
  if (!Array.isArray(registries)) return [];
  const names = registries.map((registry) => textOf(objectOf(registry)["name"]));
  return names.flatMap((name, index) =>
    name === undefined || names.indexOf(name) === index
      ? []
      : {
          rule: "config-name-taken",
          severity: "error",
          message: `Two registries are called "${name}": give each a name of its own.`,
          ...places.of(["registries", index, "name"]),
        },
  );
}

function toConfiguredRegistry(value: JsonObject): ConfiguredRegistry {
  return {
    name: textOf(value["name"]) ?? "",
    url: textOf(value["url"]) ?? "",
    branch: textOf(value["branch"]),
    host: value["host"] === "github" ? "github" : "local",
    credentials: textOf(value["credentials"]),
    github: toGitHubSettings(objectOf(value["github"])),
    pollMs: toPollMs(value["poll"]),
    resyncCron: textOf(value["resync"]),
    verifyCron: textOf(value["verify"]),
  };
}

function toGitHubSettings(value: JsonObject): GitHubSettings {
  const id = value["repository_id"];
  return {
    apiUrl: textOf(value["api_url"]),
    repositoryId: typeof id === "number" ? String(id) : undefined,
  };
}

function toPollMs(value: JsonValue | undefined): number {
  if (typeof value === "number") return value * 1000;
  const parsed = typeof value === "string" ? parseDuration(value) : undefined;
  return parsed?.ok === true ? parsed.value : defaultPollMs;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
