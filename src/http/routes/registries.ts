import type { Context, Hono } from "hono";
import {
  formatAssetKey,
  kindOfPlural,
  nameProblem,
  pluralOfKind,
  type AssetKind,
} from "../../domain/asset.ts";
import type { Page } from "../../usecases/app.ts";
import { noSuchPath, noSuchRegistry, parameterInvalid } from "../errors.ts";
import type { HttpView, ViewedRegistry } from "../view.ts";

const defaultLimit = 100;
const maxLimit = 1000;
/** A cursor, a glob or a date is short; what is longer was not written by us. */
const maxParameterLength = 1000;

/** Reading what the registries hold. Nothing here writes. */
export function addRegistryRoutes(app: Hono, view: HttpView): void {
  app.get("/api/v1/status", async (context) => {
    const items = await Promise.all(
      view.registries.map(async (registry) => ({
        ...(await registry.app.status()),
        conditions: registry.conditions(),
      })),
    );
    return context.json({ items, next: null });
  });

  app.get("/api/v1/registries", (context) => {
    const items = view.registries.map(({ name, url }) => ({ name, url }));
    return context.json({ items, next: null });
  });

  app.get("/api/v1/registries/:registry/stages/:stage", async (context) => {
    const registry = registryOf(view, context.req.param("registry"));
    const stage = context.req.param("stage");
    if (!/^[a-z0-9-]{1,64}$/.test(stage)) throw parameterInvalid("stage", "it is no stage name.");
    const request = { stage, ...query(context, "at", "workspace") };
    return context.json(pageBody(await registry.app.which(request)));
  });

  app.get("/api/v1/registries/:registry/:kinds", async (context) => {
    const registry = registryOf(view, context.req.param("registry"));
    const kind = kindOf(context.req.param("kinds"));
    const limit = limitOf(context.req.query("limit"));
    const request = { kind, limit, ...query(context, "match", "cursor") };
    return context.json(pageBody(await registry.app.list(request)));
  });

  app.get("/api/v1/registries/:registry/:kinds/:name", async (context) => {
    const registry = registryOf(view, context.req.param("registry"));
    const kind = kindOf(context.req.param("kinds"));
    const name = context.req.param("name");
    const problem = nameProblem(name);
    if (problem !== undefined) throw parameterInvalid("name", problem);
    return context.json(await registry.app.show({ reference: formatAssetKey({ kind, name }) }));
  });
}

function registryOf(view: HttpView, name: string): ViewedRegistry {
  const registry = view.registries.find((candidate) => candidate.name === name);
  if (registry === undefined) throw noSuchRegistry();
  return registry;
}

function kindOf(plural: string): AssetKind {
  const kind = kindOfPlural(plural);
  if (kind === undefined || pluralOfKind[kind] !== plural) throw noSuchPath();
  return kind;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return defaultLimit;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= maxLimit) return limit;
  throw parameterInvalid("limit", `write a number from 1 to ${maxLimit}.`);
}

/** Those of the named parameters that were given. */
function query<Name extends string>(
  context: Context,
  ...names: readonly Name[]
): { readonly [Key in Name]?: string } {
  const given: { [Key in Name]?: string } = {};
  for (const name of names) {
    const value = context.req.query(name);
    if (value === undefined) continue;
    if (value.length > maxParameterLength) throw parameterInvalid(name, "it is too long.");
    given[name] = value;
  }
  return given;
}

/** An absent cursor is `null` in JSON, so that a reader need not ask whether the key is there. */
function pageBody(page: Page<unknown>): { items: readonly unknown[]; next: string | null } {
  return { items: page.items, next: page.next ?? null };
}
