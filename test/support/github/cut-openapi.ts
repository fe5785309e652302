/**
 * Cuts GitHub's published OpenAPI description down to the answers of the operations that the double
 * has. Run by hand, with the description from the package `@octokit/openapi`:
 *
 *   npx tsx test/support/github/cut-openapi.ts …/@octokit/openapi/generated/api.github.com.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { allRoutes } from "./all-routes.ts";
import type { OpenapiCut } from "./contract.ts";

type Node = Readonly<Record<string, unknown>>;

/** Says nothing about what is valid. */
const silent = new Set([
  "description",
  "title",
  "example",
  "examples",
  "default",
  "deprecated",
  "readOnly",
  "writeOnly",
  "externalDocs",
  "discriminator",
  "xml",
]);

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const part = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((found, key) => (isNode(found) ? found[key] : undefined), value);

/** The schema in plain JSON Schema: `nullable` becomes a type, what says nothing is dropped. */
function simplify(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(simplify);
  if (!isNode(schema)) return schema;
  const kept = Object.entries(schema).filter(
    ([key]) => !silent.has(key) && key !== "nullable" && !key.startsWith("x-"),
  );
  const simple = Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === "properties" && isNode(value)
        ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, simplify(each)]))
        : simplify(value),
    ]),
  );
  return schema["nullable"] === true ? nullable(simple) : simple;
}

function nullable(schema: Node): Node {
  const { type, enum: values } = schema;
  if (typeof type !== "string") return { anyOf: [schema, { type: "null" }] };
  const choices = Array.isArray(values) ? { enum: [...new Set([...values, null])] } : {};
  return { ...schema, type: [type, "null"], ...choices };
}

function answersOf(description: unknown, method: string, path: string): Node {
  const responses = part(description, "paths", path, method.toLowerCase(), "responses");
  if (!isNode(responses)) throw new Error(`${method} ${path} is not in the description`);
  return Object.fromEntries(
    Object.entries(responses).map(([status, given]) => {
      const reference = part(given, "$ref");
      const response =
        typeof reference === "string"
          ? part(description, ...reference.slice("#/".length).split("/"))
          : given;
      return [status, simplify(part(response, "content", "application/json", "schema") ?? null)];
    }),
  );
}

/** The description forgets that the repository of a head may be gone; GitHub then says null. */
function withGoneForks(schema: unknown): unknown {
  const head = part(schema, "properties", "head");
  const known = part(head, "properties");
  if (!isNode(schema) || !isNode(head) || !isNode(known)) return schema;
  const orNull = (name: string) => ({ anyOf: [known[name], { type: "null" }] });
  const ends = { ...known, repo: orNull("repo"), user: orNull("user") };
  const properties = part(schema, "properties");
  return {
    ...schema,
    properties: { ...(isNode(properties) && properties), head: { ...head, properties: ends } },
  };
}

function referencesIn(value: unknown): readonly string[] {
  return [...JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name = ""]) => name,
  );
}

function cut(description: unknown): OpenapiCut {
  const operations: Record<string, Node> = {};
  for (const { method, template } of allRoutes) {
    const path = template.replace("{+", "{");
    if (path === "/graphql") continue;
    operations[`${method} ${path}`] = answersOf(description, method, path);
  }
  const schemas: Record<string, unknown> = {};
  const waiting = [...referencesIn(operations), "basic-error"];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name in schemas) continue;
    const schema = simplify(part(description, "components", "schemas", name));
    schemas[name] = /^pull-request(?:-simple)?$/.test(name) ? withGoneForks(schema) : schema;
    waiting.push(...referencesIn(schemas[name]));
  }
  const sorted = Object.entries(schemas).sort(([one], [other]) => (one < other ? -1 : 1));
  const version = part(description, "info", "version");
  return {
    version: typeof version === "string" ? version : "",
    operations,
    components: { schemas: Object.fromEntries(sorted) },
  };
}

const [, , source] = process.argv;
if (source === undefined) throw new Error("say where the description is");
const made = cut(JSON.parse(readFileSync(source, "utf8")));
const target = new URL("openapi-cut.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(made)}\n`);
console.log(`${Object.keys(made.operations).length} operations, schemas of ${made.version}`);
