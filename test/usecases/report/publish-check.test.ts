import { describe, expect, it } from "vitest";

import { forgeDenied } from "../../../src/forge/errors.ts";
import { publishCheck } from "../../../src/usecases/report/publish-check.ts";
import { ReportWorld } from "./report-world.ts";
import { assets } from "../promote/promotion-world.ts";

async function openWorld() {
  const world = await ReportWorld.open();
  const pullRequest = await world.people.propose(assets({ key: "models/a", content: "z" }));
  const head = await world.people.headOf(pullRequest);
  return { world, pullRequest, head };
}

describe("a check that is published from outside of the server", () => {
  it("is what the server shows, and the server finds nothing to add", async () => {
    const { world, pullRequest, head } = await openWorld();
    const { host, session } = world;
    const answer = await publishCheck(session, { pullRequest, publish: true });

    expect(answer).toMatchObject({ outcome: "passed", published: true });
    expect(host.comments.get(pullRequest)).toBe(answer.markdown);
    const shown = host.shown.get(head);
    await world.settle();
    expect(host.shown.get(head)).toEqual(shown);
    expect(host.comments.get(pullRequest)).toBe(answer.markdown);
  });

  it("is shown to nobody unless that was asked for", async () => {
    const { world, pullRequest } = await openWorld();
    const answer = await publishCheck(world.session, { pullRequest, publish: false });

    expect(answer).toMatchObject({ outcome: "passed", published: false });
    expect(world.host.asked).toEqual([]);
  });

  it.each([
    { name: "checks", refused: "head" as const, published: false },
    { name: "comments", refused: "number" as const, published: true },
  ])("is an answer all the same where $name may not be written", async ({ refused, published }) => {
    const { world, pullRequest, head } = await openWorld();
    world.host.refusals.set(refused === "head" ? head : pullRequest, forgeDenied("only reading"));
    const answer = await publishCheck(world.session, { pullRequest, publish: true });

    expect(answer).toMatchObject({ outcome: "passed", published });
    expect(answer.refusal).toContain("only reading");
  });

  it("hides no bug behind a refusal", async () => {
    const { world, pullRequest, head } = await openWorld();
    world.host.refusals.set(head, new TypeError("a bug"));

    await expect(
      publishCheck(world.session, { pullRequest, publish: true }),
    ).rejects.toBeInstanceOf(TypeError);
  });

  it("merges nothing, whatever the labels say", async () => {
    const { world, pullRequest } = await openWorld();
    await world.forge.setLabels(pullRequest, { labels: ["cairn:merge-when-ready"] });
    await publishCheck(world.session, { pullRequest, publish: true });

    expect(await world.forge.get(pullRequest)).toMatchObject({ state: "open" });
  });

  it("says so where the host has no checks", async () => {
    const { world, pullRequest } = await openWorld();
    const session = { ...world.session, host: undefined };

    expect(await publishCheck(session, { pullRequest, publish: true })).toMatchObject({
      outcome: "passed",
      published: false,
      refusal: "The host of these pull requests has no checks.",
    });
    await expect(
      publishCheck(session, { mergeGroup: "0".repeat(40), publish: false }),
    ).rejects.toMatchObject({ code: "MERGE_GROUP_UNKNOWN" });
  });
});
