import { describe, expect, it } from "vitest";
import { octoReg, openScene, refusalOf, type Scene } from "./open.ts";

async function opened(): Promise<Scene & { readonly number: number }> {
  const scene = await openScene();
  return { ...scene, number: await scene.propose("topic", { "a.txt": "1\n" }) };
}

describe("reviews", () => {
  it("are given for a commit, and dismissed", async () => {
    const { github, work, number } = await opened();
    const bob = github.client("bob");
    const at = { ...octoReg, pull_number: number };
    const { data } = await bob.rest.pulls.createReview({ ...at, event: "APPROVE" });
    expect(data).toMatchObject({ state: "APPROVED", commit_id: work.id("topic"), body: "" });
    const dismissal = { ...at, review_id: data.id, message: "too early" };
    await github.client("ann").rest.pulls.dismissReview(dismissal);
    const { data: reviews } = await bob.rest.pulls.listReviews(at);
    expect(reviews).toMatchObject([{ id: data.id, state: "DISMISSED", user: { login: "bob" } }]);
    const timeline = await bob.rest.issues.listEventsForTimeline({
      ...octoReg,
      issue_number: number,
    });
    expect(timeline.data.at(-1)).toMatchObject({
      event: "review_dismissed",
      actor: { login: "ann" },
      dismissed_review: { review_id: data.id, dismissal_message: "too early" },
    });
  });

  it("are refused as GitHub refuses them", async () => {
    const { github, number } = await opened();
    const review = async (login: string, event: "APPROVE" | "COMMENT" | "REQUEST_CHANGES") =>
      refusalOf(
        github.client(login).rest.pulls.createReview({ ...octoReg, pull_number: number, event }),
      );
    expect(await review("ann", "APPROVE")).toMatch(/^422 .*approve your own pull request/);
    expect(await review("ann", "REQUEST_CHANGES")).toMatch(/^422 .*on your own pull request/);
    expect(await review("bob", "COMMENT")).toMatch(/^422 /);
    const foreign = { ...octoReg, pull_number: number, commit_id: "0".repeat(40) };
    const refused = github.client("bob").rest.pulls.createReview({ ...foreign, event: "APPROVE" });
    expect(await refusalOf(refused)).toMatch(/^422 .*not part of the pull request/);
  });

  it("are asked for, of collaborators and teams", async () => {
    const { github, number } = await opened();
    github.addTeam({ org: "octo", slug: "ml-leads", members: ["bob"] });
    const ann = github.client("ann");
    const at = { ...octoReg, pull_number: number };
    const ask = async (reviewers: string[]) =>
      refusalOf(ann.rest.pulls.requestReviewers({ ...at, reviewers }));
    expect(await ask(["eve"])).toMatch(/^422 Reviews may only be requested from collaborators/);
    expect(await ask(["ann"])).toMatch(/^422 Review cannot be requested from pull request author/);
    await ann.rest.pulls.requestReviewers({
      ...at,
      reviewers: ["bob"],
      team_reviewers: ["ml-leads"],
    });
    expect((await ann.rest.pulls.listRequestedReviewers(at)).data).toMatchObject({
      users: [{ login: "bob" }],
      teams: [{ slug: "ml-leads" }],
    });
    await github.client("bob").rest.pulls.createReview({ ...at, event: "APPROVE" });
    expect((await ann.rest.pulls.listRequestedReviewers(at)).data.users).toEqual([]);
  });

  it("move the time of the pull request, each event later than the one before", async () => {
    const { github, number } = await opened();
    const bob = github.client("bob");
    const at = { ...octoReg, pull_number: number };
    const issue = { ...octoReg, issue_number: number };
    const updated = async () => (await bob.rest.pulls.get(at)).data.updated_at;
    const times = [await updated()];
    await bob.rest.pulls.createReview({ ...at, event: "APPROVE" });
    times.push(await updated());
    await bob.rest.issues.createComment({ ...issue, body: "hm" });
    times.push(await updated());
    await bob.rest.issues.addLabels({ ...issue, labels: ["prod"] });
    times.push(await updated());
    await bob.rest.pulls.update({ ...at, title: "other" });
    times.push(await updated());
    expect(times).toEqual([...new Set(times)].sort());
  });
});

describe("comments", () => {
  it("are written, listed in pages and edited by those who may", async () => {
    const { github, number } = await opened();
    const issue = { ...octoReg, issue_number: number };
    const eve = github.client("eve");
    const ids: number[] = [];
    for (const body of ["one", "two", "three"]) {
      ids.push((await eve.rest.issues.createComment({ ...issue, body })).data.id);
    }
    const list = { ...issue, per_page: 2 };
    const found = await eve.paginate(eve.rest.issues.listComments, list);
    expect(found.map(({ id }) => id)).toEqual(ids);
    const edit = async (login: string, body: string) =>
      refusalOf(
        github
          .client(login)
          .rest.issues.updateComment({ ...octoReg, comment_id: ids[0] ?? 0, body }),
      );
    github.addUser({ login: "mallory" });
    expect(await edit("mallory", "mine")).toMatch(/^403 /);
    expect(await edit("eve", "better")).toBe("not refused");
    const { data } = await eve.rest.issues.getComment({ ...octoReg, comment_id: ids[0] ?? 0 });
    expect(data).toMatchObject({ body: "better", user: { login: "eve" } });
    expect(data.updated_at > data.created_at).toBe(true);
    expect(await edit("eve", "x".repeat(65_537))).toMatch(/^422 .*body is too long/);
  });
});

describe("labels", () => {
  it("are added, set and removed", async () => {
    const { github, number } = await opened();
    const issue = { ...octoReg, issue_number: number };
    const ann = github.client("ann");
    const names = async () =>
      (await ann.rest.issues.listLabelsOnIssue(issue)).data.map(({ name }) => name);
    await ann.rest.issues.addLabels({ ...issue, labels: ["a", "b"] });
    expect(await names()).toEqual(["a", "b"]);
    await ann.rest.issues.setLabels({ ...issue, labels: ["b", "c"] });
    expect(await names()).toEqual(["b", "c"]);
    await ann.rest.issues.removeLabel({ ...issue, name: "b" });
    expect(await names()).toEqual(["c"]);
    const absent = ann.rest.issues.removeLabel({ ...issue, name: "b" });
    expect(await refusalOf(absent)).toMatch(/^404 Label does not exist/);
    const foreign = github.client("eve").rest.issues.addLabels({ ...issue, labels: ["x"] });
    expect(await refusalOf(foreign)).toMatch(/^403 /);
    const { data } = await ann.rest.issues.listEventsForTimeline(issue);
    expect(data.map(({ event }) => event)).toEqual([
      "committed",
      "labeled",
      "labeled",
      "unlabeled",
      "labeled",
      "unlabeled",
    ]);
  });
});
