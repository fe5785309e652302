import { expect, it } from "vitest";
import { startGitHub } from "../support/github/github.ts";
import { Contract, loadContract } from "../support/github/contract.ts";

it("notices an answer that GitHub would not give", async () => {
  const contract = await loadContract();
  const label = {
    id: 1,
    node_id: "x",
    url: "https://example.com/l",
    name: "l",
    color: "ededed",
    default: false,
    description: null,
  };
  const list = "GET /repos/{owner}/{repo}/issues/{issue_number}/labels";
  expect(contract.problemOf(list, 200, [label])).toBeUndefined();
  expect(contract.problemOf(list, 200, [{ ...label, id: "1" }])).toMatch(/\/0\/id must be/);
  const { node_id: _, ...incomplete } = label;
  expect(contract.problemOf(list, 200, [incomplete])).toMatch(/node_id/);
  expect(contract.problemOf(list, 202, [])).toMatch(/does not answer 202/);
  expect(contract.problemOf(list, 404, { message: 7 })).toMatch(/message/);
  expect(contract.problemOf("GET /nowhere", 200, {})).toMatch(/not in GitHub's description/);
});

it("answers 500 and remembers when the double itself is wrong", async () => {
  const github = await startGitHub();
  try {
    github.addUser({ login: "ann", id: 0.5 });
    const asking = github.client("ann").rest.users.getAuthenticated();
    await expect(asking).rejects.toMatchObject({ status: 500 });
    expect(github.contractViolations).toEqual([expect.stringContaining("GET /user 200: /id")]);
  } finally {
    await github.close();
  }
});

it("reads null where the description says nullable", () => {
  const schema = { type: ["string", "null"], enum: ["a", null] };
  const operations = { "GET /x": { "200": schema } };
  const contract = new Contract({ version: "1", operations, components: { schemas: {} } });
  expect(contract.problemOf("GET /x", 200, null)).toBeUndefined();
  expect(contract.problemOf("GET /x", 200, "b")).toBeDefined();
});
