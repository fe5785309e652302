import { expect, it } from "vitest";
import { paintPlain } from "../../../src/cli/ansi.ts";
import { renderPullRequest, renderPullRequests } from "../../../src/cli/render/pull-request.ts";
import { pullRequestDetail } from "../check-report.ts";

const view = { paint: paintPlain, now: new Date("2025-01-02T00:00:00Z") };

it("says where a pull request comes from and where it goes", () => {
  const detail = pullRequestDetail({
    base: "release-1",
    fork: "eve/\u001b[31mml",
    isDraft: true,
    labels: [],
    body: "",
    check: undefined,
  });

  expect(renderPullRequest(detail, view)).toMatchInlineSnapshot(`
    "#12 open  Promote models/taxi-fare 2 to prod (draft, from eve/�[31mml)
    by ann, opened 1 d ago from cairn/promote-taxi-fare-prod into release-1, at 1111111111"
  `);
});

it("lists drafts and forks as what they are", () => {
  const plain = pullRequestDetail({ labels: [] });
  const items = [
    { ...plain, isDraft: true, fork: "eve/ml-registry" },
    { ...plain, isDraft: false },
  ];

  expect(renderPullRequests(items, { ...view, width: Number.POSITIVE_INFINITY }))
    .toMatchInlineSnapshot(`
      " #  STATE  TITLE                                                             AUTHOR  OPENED   LABELS
      12  open   Promote models/taxi-fare 2 to prod (draft, from eve/ml-registry)  ann     1 d ago
      12  open   Promote models/taxi-fare 2 to prod                                ann     1 d ago"
    `);
});
