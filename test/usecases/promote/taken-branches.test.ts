import { describe, expect, it } from "vitest";
import type { Account } from "../../../src/domain/pull-request.ts";
import { promote } from "../../../src/usecases/promote/promote.ts";
import { MemoryForge } from "../../support/memory-forge.ts";
import { people, PromotionWorld, stageFiles, type Changes } from "./promotion-world.ts";

const request = { asset: "models/a@2", to: "prod", as: "ann" } as const;

/** Ann promoted once, so that everybody knows the name of the branch, and it was closed. */
async function openWorld() {
  const world = await PromotionWorld.open();
  await world.bring(stageFiles("test", { "models/a": "2" }));
  await world.settle();
  const { remote, clock, session: given } = world;
  const forge = new MemoryForge({ remote, clock, mirror: given.mirror });
  const session = { ...given, forge };
  const { pullRequest } = await promote(session, request);
  const { number } = pullRequest;
  const { branch = "", head } = await forge.get(number);
  return { world, session, forge, branch, number, head, proposed: world.filesAt(head) };
}

type World = Awaited<ReturnType<typeof openWorld>>;

/** One more commit on Ann's own. */
function pushMore({ world, forge, number, head: on }: World, by: Account): void {
  const head = world.commit({ "README.md": "Hello\n" }, { by, on });
  forge.addPush(number, { head, by, at: world.now });
}

describe("a branch whose name anybody can work out", () => {
  it.each<{ name: string; extra: Changes }>([
    { name: "a workflow", extra: { ".github/workflows/evil.yml": "on: push\n" } },
    { name: "another version", extra: stageFiles("prod", { "models/a": "1" }) },
  ])("is not merged for who asked for something else: $name", async ({ extra }) => {
    const { world, session, forge, branch, number, proposed } = await openWorld();
    await forge.close(number, { by: people.ann, reason: "later" });
    const head = world.commit({ ...proposed, ...extra }, { by: people.eve });
    const draft = { title: "Promote it", body: "", by: people.eve, labels: [], branch, head };
    await forge.open(draft);
    await expect(promote(session, request)).rejects.toMatchObject({ code: "PROPOSAL_TAKEN" });
    await expect(promote(session, { ...request, merge: true })).rejects.toMatchObject({
      code: "PROPOSAL_TAKEN",
    });
  });

  it("is not merged with what somebody pushed to it", async () => {
    const world = await openWorld();
    const { session } = world;
    pushMore(world, people.eve);
    await expect(promote(session, request)).rejects.toMatchObject({ code: "PROPOSAL_TAKEN" });
  });

  it("stays with what the same person added, and whoever proposed the very same", async () => {
    const opened = await openWorld();
    const { world, session, forge, branch, number, proposed } = opened;
    expect(await promote(session, request)).toMatchObject({ created: false });
    pushMore(opened, people.ann);
    expect(await promote(session, request)).toMatchObject({
      created: false,
      pullRequest: { number },
    });
    await forge.close(number, { by: people.ann, reason: "later" });
    const head = world.commit(proposed, { by: people.eve });
    const draft = { title: "Promote it", body: "", by: people.eve, labels: [], branch, head };
    const other = await forge.open(draft);
    expect(await promote(session, request)).toMatchObject({
      created: false,
      pullRequest: { number: other.number },
    });
  });
});
