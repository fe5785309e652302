import { describe, expect, it } from "vitest";
import { accepted } from "../../support/domain-builders.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { recordEvents } from "../../../src/usecases/ledger/record.ts";
import { derive, expectSound, settle, stateAt, usesOf, versionsAt } from "./settle.ts";
import { filesOf, openSession, recordAll, type AssetSpec, type RegistrySpec } from "./world.ts";

const a = (content: string, more: Partial<AssetSpec> = {}): AssetSpec => ({
  key: "models/a",
  content,
  ...more,
});
const environment = (content: string, more: Partial<AssetSpec> = {}): AssetSpec => ({
  key: "environments/env",
  content,
  ...more,
});

describe("dependencies", () => {
  const uses = (text: string): Pick<AssetSpec, "uses"> => ({
    uses: [{ kind: "environment", text }],
  });
  const step = (content: string, more: Partial<AssetSpec> = {}): AssetSpec => ({
    key: "components/step",
    content,
    ...more,
  });

  it.each([
    { name: "a version", reference: "azureml:env:2", uses: "environments/env@2" },
    { name: "an older version", reference: "azureml:env:1", uses: "environments/env@1" },
    {
      name: "the registry's own address",
      reference: "azureml://registries/Contoso-ML/environments/env/versions/2",
      uses: "environments/env@2",
    },
  ])(
    "created by the same landing are used exactly, by $name",
    async ({ reference, uses: used }) => {
      const { remote, session } = await adoptedWith({ assets: [environment("x")] });
      remote.land(filesOf({ assets: [environment("y"), step("s", uses(reference))] }));
      await settle(session);
      expect(usesOf(await stateAt(remote), "components/step")).toEqual([used]);
    },
  );

  it("by label are resolved when published", async () => {
    const { remote, session } = await adoptedWith({
      assets: [environment("x")],
      references: "resolve",
    });
    const assets = [
      environment("y"),
      step("s", uses("azureml:env@latest")),
      a("m", uses("azureml:env@dev")),
      { ...step("t", uses("azureml:env")), key: "components/other" as const },
    ];
    remote.land(filesOf({ assets, references: "resolve" }));
    await settle(session);
    const state = await stateAt(remote);
    expect(usesOf(state, "components/step")).toEqual(["environments/env@2"]);
    expect(usesOf(state, "components/other")).toEqual(["environments/env@2"]);
  });

  it("by path are used as they are published, at any depth", async () => {
    const { remote, session } = await adoptedWith({ assets: [] });
    const pipeline = { key: "components/all", content: "p", parts: ["components/step"] } as const;
    const assets = [pipeline, step("s", uses("azureml:env:1")), environment("x")];
    remote.land(filesOf({ assets }));
    await settle(session);
    const state = await stateAt(remote);
    expect(usesOf(state, "components/all")).toEqual(["components/step@1"]);
    expect(usesOf(state, "components/step")).toEqual(["environments/env@1"]);
  });

  it("from elsewhere are nobody's business here", async () => {
    const { remote, session } = await adoptedWith({ assets: [] });
    const foreign = uses("azureml://registries/azureml/environments/env/versions/7");
    remote.land(filesOf({ assets: [step("s", foreign)] }));
    await settle(session);
    expect(usesOf(await stateAt(remote), "components/step")).toEqual([]);
  });

  it.each([
    { name: "by version", referrer: step("s", uses("azureml:env:1")) },
    { name: "by path", referrer: step("s", { parts: ["environments/env"] }) },
  ])("that are not published hold back who refers to them, $name", async ({ referrer }) => {
    const { remote, session } = await adoptedWith({ assets: [] });
    const unreadable = environment("x", { isUnreadable: true });
    remote.land(filesOf({ assets: [referrer, unreadable, a("x")] }));
    await settle(session);
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1"] });
    const { findings, drafts } = await derive(session);
    expect(drafts).toEqual([]);
    expect(findings.map(({ path }) => path)).toContain("components/step/asset.yaml");
  });

  it("to environments that every Azure ML workspace has are nobody's business here", async () => {
    const { remote, session } = await adoptedWith({ assets: [] });
    remote.land(filesOf({ assets: [step("s", uses("azureml:AzureML-sklearn-1.0:1"))] }));
    await settle(session);
    expect(usesOf(await stateAt(remote), "components/step")).toEqual([]);
  });

  it("by path mean the version that the manifest at that path says", async () => {
    const { remote, session } = await adoptedWith({ assets: [] });
    const older = environment("x", { version: "1" });
    const newer = environment("y", { version: "2", path: "environments/env/newer.yaml" });
    remote.land(filesOf({ assets: [older, newer, step("s", { parts: ["environments/env"] })] }));
    await settle(session);
    expect(usesOf(await stateAt(remote), "components/step")).toEqual(["environments/env@1"]);
  });

  it("that leave the version open must mean the same one", async () => {
    const { remote, session } = await adoptedWith({
      assets: [environment("x")],
      references: "resolve",
    });
    const state = await stateAt(remote);
    const { processed } = state;
    await session.mirror.fetch();
    await recordEvents(session, state, [accepted({ asset: "environments/env", processed })]);
    const environments = [environment("y")];
    const both = step("s", {
      uses: ["azureml:env@latest", "azureml:env@prod"].map((text) => ({
        kind: "environment" as const,
        text,
      })),
    });
    remote.land(filesOf({ assets: [...environments, both], references: "resolve" }));
    const { findings } = await settle(session);
    expect(findings).toContainEqual(
      expect.objectContaining({
        rule: "reference-moved",
        message: expect.stringContaining("write the versions out"),
      }),
    );
  });

  it("that got another number are reference-moved", async () => {
    const { remote, session, head } = await adoptedWith({ assets: [environment("x")] });
    remote.refs.set("refs/tags/environments/env@v2", head);
    remote.land(filesOf({ assets: [environment("y"), step("s", uses("azureml:env:2"))] }));
    const plan = await settle(session);
    expect(await versionsAt(remote)).toEqual({ "environments/env": ["1", "3"] });
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ rule: "reference-moved", path: "components/step/asset.yaml" }),
    );
  });

  it("that the remote refuses hold their users back until it takes them", async () => {
    const { remote, session } = await adoptedWith({ assets: [] });
    remote.refuse = ({ ref }) => (ref.includes("environments/") ? "protected tag" : undefined);
    remote.land(filesOf({ assets: [environment("x"), step("s", uses("azureml:env:1")), a("x")] }));
    await settle(session);
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1"] });
    remote.refuse = () => undefined;
    await settle(session);
    expect(await versionsAt(remote)).toEqual({
      "components/step": ["1"],
      "environments/env": ["1"],
      "models/a": ["1"],
    });
    await expectSound(remote);
  });

  it("in a circle stop nothing else", async () => {
    const { remote, session } = await adoptedWith({ assets: [] });
    const one = { key: "components/one", content: "1", parts: ["components/two"] } as const;
    const two = { key: "components/two", content: "2", parts: ["components/one"] } as const;
    remote.land(filesOf({ assets: [one, two, a("x")] }));
    await settle(session);
    expect(await versionsAt(remote)).toEqual({ "models/a": ["1"] });
  });
});

async function adoptedWith(spec: RegistrySpec) {
  const remote = new MemoryRemote();
  const head = remote.land(filesOf(spec));
  const session = openSession(remote);
  await recordAll(session, []);
  await settle(session);
  return { remote, head, session };
}
