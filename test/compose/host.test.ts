import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import type { App } from "../../src/usecases/app.ts";
import {
  copyTemplate,
  createPromotionTemplate,
  removeTemplate,
  shareCopy,
} from "../support/promotion-fixture.ts";

let template: string;
beforeAll(async () => {
  template = await createPromotionTemplate({}, "not adopted");
});
afterAll(() => removeTemplate(template));
const shared = shareCopy(() => template);

it("refuses a repository that is not on the host, whatever is asked, and falls back to no other", async () => {
  const fixture = await copyTemplate(template);
  const config = join(fixture.folder, "cairn.yaml");
  const registry = (host: string): string =>
    `registries: [{ name: contoso, url: ./registry.git, host: ${host} }]\n`;
  await writeFile(config, registry("github"));
  const before = await fixture.refs();
  const app = await fixture.open({ config, registry: "contoso" });
  const asked: readonly (() => Promise<unknown>)[] = [
    () => app.adopt({ withStages: false }),
    () => app.apply(),
    () => app.check({}),
    () => app.status(),
  ];
  for (const ask of asked) {
    await expect(ask()).rejects.toMatchObject({ code: "HOST_URL_UNSUPPORTED" });
  }
  expect(await fixture.refs()).toEqual(before);
  // What needs no registry works all the same.
  expect((await app.validate({ paths: ["."] })).findings).toEqual([]);

  await writeFile(config, registry("local"));
  const local = await fixture.open({ config, registry: "contoso" });
  expect(await local.adopt({ withStages: false })).toMatchObject({ registry: "contoso" });
});

it.each<{ readonly name: string; readonly ask: (app: App) => Promise<unknown> }>([
  { name: "check", ask: (app) => app.check({}) },
  { name: "pr list", ask: (app) => app.pullRequests({ states: ["open"] }) },
  { name: "pr open", ask: (app) => app.openPullRequest({ branch: "better" }) },
  { name: "pr show", ask: (app) => app.pullRequest({ number: 1 }) },
  {
    name: "pr approve",
    ask: (app) => app.reviewPullRequest({ number: 1, verdict: "approved" }),
  },
  { name: "pr merge", ask: (app) => app.mergePullRequest({ number: 1, method: "merge" }) },
  { name: "pr close", ask: (app) => app.closePullRequest({ number: 1 }) },
  { name: "promote", ask: (app) => app.promote({ asset: "models/taxi", to: "test" }) },
  { name: "rollback", ask: (app) => app.rollback({ asset: "models/taxi", stage: "test" }) },
  { name: "withdraw", ask: (app) => app.withdraw({ asset: "models/taxi", stage: "test" }) },
  { name: "hold", ask: (app) => app.hold({ asset: "models/taxi", stage: "test" }) },
  { name: "deprecate", ask: (app) => app.deprecate({ asset: "models/taxi@1" }) },
  { name: "archive", ask: (app) => app.archive({ asset: "models/taxi@1" }) },
  { name: "explain", ask: (app) => app.explain({ asset: "models/taxi", to: "test" }) },
  { name: "policy explain", ask: (app) => app.policyExplain() },
  { name: "policy accept", ask: (app) => app.policyAccept({ by: "me", reason: "so" }) },
])("$name asks for adoption first", async ({ ask }) => {
  const { fixture, app } = shared();
  const before = await fixture.refs();
  await expect(ask(app)).rejects.toMatchObject({ code: "REGISTRY_NOT_ADOPTED" });
  expect(await fixture.refs()).toEqual(before);
});
