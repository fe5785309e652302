import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { App } from "../../src/usecases/app.ts";
import {
  copyTemplate,
  createPromotionTemplate,
  deeds,
  removeTemplate,
  shareCopy,
  taxiStageFile,
  type PromotionFixture,
} from "../support/promotion-fixture.ts";

const metadata = `# Ours since 2019.
owner: dee   # on call
license: 'MIT'

versions:
  # the one that leaked
  "1": { archived: true }
categories: [ regression,  mobility ]
`;
const taxi = "models/taxi";
const metadataPath = "models/taxi/model.meta.yaml";
const stagePath = "stages/test/models/taxi.yaml";
const nothing = { code: "NOTHING_TO_PROPOSE" };

let template: string;
beforeAll(async () => {
  template = await createPromotionTemplate({ [metadataPath]: metadata });
});
afterAll(() => removeTemplate(template));
const shared = shareCopy(() => template);

type Act = (app: App) => Promise<{
  readonly pullRequest: { readonly title: string; readonly head: string };
  readonly check: { readonly outcome: string };
}>;

/** The text that an act proposes for a file. */
async function proposed(path: string, act: Act): Promise<string> {
  const { fixture, app } = shared();
  const { pullRequest } = await act(app);
  return fixture.show(path, pullRequest.head);
}

describe("comments and formatting stay when", () => {
  it.each<{
    readonly name: string;
    readonly act: Act;
    readonly path: string;
    readonly text: string;
  }>([
    {
      name: "a version is archived",
      act: (app) => app.archive({ asset: "models/taxi@2" }),
      path: metadataPath,
      text: metadata.replace("categories:", '  "2":\n    archived: true\ncategories:'),
    },
    {
      name: "a version is shown again",
      act: (app) => app.archive({ asset: "models/taxi@1", undo: true }),
      path: metadataPath,
      text: metadata.replace("{ archived: true }", "{}"),
    },
    {
      name: "a version is deprecated",
      act: (app) =>
        app.deprecate({
          asset: "models/taxi@2",
          reason: "leaks",
          successor: "3",
          sunset: "2027-01-31",
        }),
      path: metadataPath,
      text: metadata.replace(
        "categories:",
        '  "2":\n    deprecated:\n      reason: leaks\n      successor: "3"\n      sunset: "2027-01-31"\ncategories:',
      ),
    },
    {
      name: "a stage is held",
      act: (app) =>
        app.hold({ asset: taxi, stage: "test", reason: "audit: 2026", until: "2026-12-31" }),
      path: stagePath,
      text: `${taxiStageFile("test")}hold:\n  until: "2026-12-31"\n  reason: "audit: 2026"\n`,
    },
    {
      name: "a metadata file is begun",
      act: (app) => app.archive({ asset: "components/prep@1" }),
      path: "components/prep/component.meta.yaml",
      text: 'versions:\n  "1":\n    archived: true\n',
    },
  ])("$name", async ({ act, path, text }) => {
    expect(await proposed(path, act)).toBe(text);
  });
});

describe("deprecation", () => {
  it("is recorded when it lands, stops promotions, and can be taken back", async () => {
    const fixture = await copyTemplate(template);
    const app = await fixture.open();
    const request = { asset: "models/taxi@2", reason: "leaks", merge: true };
    const report = await app.deprecate(request);
    expect(report).toMatchObject({
      pullRequest: { title: "Deprecate models/taxi 2", state: "merged" },
      check: { outcome: "passed", versions: [], moves: [] },
    });
    expect(deeds((await app.apply()).done)).toEqual(["deprecate models/taxi 2"]);
    await expect(app.deprecate(request)).rejects.toMatchObject(nothing);
    const promoted = await app.promote({ asset: taxi, to: "test" });
    expect(promoted.check.outcome).toBe("failed");
    expect(promoted.check.moves[0]?.gates[0]?.reason).toContain("is deprecated (leaks)");

    await app.deprecate({ ...request, undo: true });
    expect(deeds((await app.apply()).done)).toEqual(["end-deprecation models/taxi 2"]);
    expect(await app.check({ pullRequest: promoted.pullRequest.number })).toMatchObject({
      outcome: "passed",
    });
    await expect(app.deprecate({ ...request, undo: true })).rejects.toMatchObject(nothing);
  });
});

describe("a hold", () => {
  async function held(): Promise<{ readonly fixture: PromotionFixture; readonly app: App }> {
    const fixture = await copyTemplate(template);
    const app = await fixture.open();
    const report = await app.hold({ asset: taxi, stage: "test", reason: "audit", merge: true });
    expect(report).toMatchObject({
      pullRequest: { title: "Hold models/taxi in test", state: "merged" },
      check: { outcome: "passed", moves: [] },
    });
    return { fixture, app };
  }

  it("changes no version, can be made longer, and is released to what was there", async () => {
    const { fixture, app } = await held();
    expect(deeds((await app.apply()).done)).toEqual([]);
    const request = { asset: taxi, stage: "test", merge: true };
    await app.hold({ ...request, reason: "audit", until: "2026-12-31" });
    expect(await fixture.show(stagePath)).toBe(
      `${taxiStageFile("test")}hold:\n  reason: audit\n  until: "2026-12-31"\n`,
    );
    const released = await app.hold({ ...request, release: true });
    expect(released.pullRequest.title).toBe("Release models/taxi in test");
    expect(await fixture.show(stagePath)).toBe(taxiStageFile("test"));
    await expect(app.hold({ ...request, release: true })).rejects.toMatchObject(nothing);
  });

  it("does not stop a person, whose promotion keeps it", async () => {
    const { fixture, app } = await held();
    const { check } = await app.promote({ asset: taxi, to: "test", merge: true });
    expect(check.outcome).toBe("passed");
    expect(await fixture.show(stagePath)).toContain("hold:\n  reason: audit\n");
  });
});

it.each<{ readonly name: string; readonly act: Act; readonly code: string }>([
  { name: "no version", act: (app) => app.deprecate({ asset: taxi }), ...nothing },
  {
    name: "a version that is not deprecated",
    act: (app) => app.deprecate({ asset: "models/taxi@1", undo: true }),
    ...nothing,
  },
  {
    name: "a version that is archived already",
    act: (app) => app.archive({ asset: "models/taxi@1" }),
    ...nothing,
  },
  {
    name: "a version that there is none of",
    act: (app) => app.archive({ asset: "models/taxi@7" }),
    code: "VERSION_MISSING",
  },
  {
    name: "a stage that runs nothing",
    act: (app) => app.hold({ asset: "models/slow", stage: "test" }),
    ...nothing,
  },
  {
    name: "a stage that follows",
    act: (app) => app.hold({ asset: taxi, stage: "dev" }),
    ...nothing,
  },
  {
    name: "a stage that there is none of",
    act: (app) => app.hold({ asset: taxi, stage: "qa" }),
    code: "STAGE_UNKNOWN",
  },
])("proposes nothing for $name", async ({ act, code }) => {
  const { fixture, app } = shared();
  const before = await fixture.refs();
  await expect(act(app)).rejects.toMatchObject({ code });
  expect(await fixture.refs()).toEqual(before);
});
