import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { initRegistry } from "../../../src/usecases/author/init-registry.ts";
import { folderOf } from "./memory-folder.ts";

const access = `people:
  ann: { github: ann-c, email: [ann@contoso.example] }
  bo: { email: [bo@contoso.example] }
roles:
  leads: [ann, "team:ml-leads"]
  policy-owners: [ann, bo]
bindings:
  - { role: leads, can: [assets/approve], on: ["models/**"] }
read: everyone
`;
const promotion = `rules:
  - stage: prod
    assets: ["models/**"]
    gates: { approvals: { count: 1, from: [leads] } }
`;
const origin = `[core]
	bare = false
[remote "origin"]
	url = git@github.com:contoso/ml-registry.git
	fetch = +refs/heads/*:refs/remotes/origin/*
`;

const registry = (): Record<string, string> => ({
  "registry.yaml": "format: 1\nname: contoso\n",
  "policies/access.yaml": access,
  "policies/promotion.yaml": promotion,
  ".git/config": origin,
});
const request = { folder: "/new", name: "contoso", editorOnly: false, github: {} };
const paths = [
  ".github/workflows/cairn.yml",
  ".github/workflows/cairn-review.yml",
  ".github/CODEOWNERS",
  ".github/rulesets/default-branch.json",
  ".github/rulesets/cairn-ledger.json",
  ".github/rulesets/cairn-tags.json",
];

describe("init --github", () => {
  it("gives a registry that is there what GitHub needs, and nothing else", async () => {
    const files = registry();
    const report = await initRegistry(folderOf(files), request);

    expect(report.written).toEqual(paths);
    expect(report.byHand).toBeUndefined();
    expect(files[".github/CODEOWNERS"]).toContain(
      "/stages/prod/models/ @ann-c @contoso/ml-leads\n",
    );
  });

  it.each([
    { url: "https://github.com/contoso/ml-registry.git", place: "contoso/ml-registry" },
    { url: "https://x-access-token:secret@ghe.example:8443/contoso/ml", place: "contoso/ml" },
    { url: "ssh://git@github.com/contoso/ml.registry/", place: "contoso/ml.registry" },
    { url: "git@github.com:contoso/ml-registry.git", place: "contoso/ml-registry" },
    { url: "/srv/git/ml-registry.git", place: "OWNER/REPOSITORY" },
    { url: "https://github.com/a/b/c", place: "OWNER/REPOSITORY" },
    { url: "https://github.com/$(id)/b", place: "OWNER/REPOSITORY" },
  ])("says how to import rulesets into $place for $url", async ({ url, place }) => {
    const config = `[remote "origin"]\n\turl = ${url}\n`;
    const { github } = await initRegistry(
      folderOf({ ...registry(), ".git/config": config }),
      request,
    );

    expect(github?.next).toContain(
      `gh api --method POST repos/${place}/rulesets --input .github/rulesets/default-branch.json`,
    );
  });

  it("starts a registry with it where there is none", async () => {
    const files: Record<string, string> = {};
    const { written } = await initRegistry(folderOf(files), request);

    expect(written).toEqual(expect.arrayContaining(["registry.yaml", ...paths]));
    expect(written).toEqual(Object.keys(files));
  });

  it("writes nothing the second time", async () => {
    const files = registry();
    await initRegistry(folderOf(files), request);
    const again = await initRegistry(folderOf(files), request);

    expect(again.written).toEqual([]);
    expect(again.github).toMatchObject({ kept: paths, different: [] });
  });

  it("shows what differs once the policy has changed, and leaves it alone", async () => {
    const files = registry();
    await initRegistry(folderOf(files), request);
    const before = files[".github/CODEOWNERS"];
    files["policies/access.yaml"] = access.replace("leads: [ann,", "leads: [");
    const { written, github } = await initRegistry(folderOf(files), request);

    expect(written).toEqual([]);
    expect(files[".github/CODEOWNERS"]).toBe(before);
    expect(github?.different).toEqual([
      {
        path: ".github/CODEOWNERS",
        missing: ["/stages/prod/models/ @contoso/ml-leads"],
        extra: ["/stages/prod/models/ @ann-c @contoso/ml-leads"],
      },
    ]);
  });

  it("fills in what was not chosen yet, and remembers what was", async () => {
    const files = registry();
    await initRegistry(folderOf(files), request);
    expect(files[".github/rulesets/cairn-ledger.json"]).toContain('"actor_id": 0');
    const github = { appId: 4711, action: "contoso/cairn@0123abc" };
    const second = await initRegistry(folderOf(files), { ...request, github });
    const third = await initRegistry(folderOf(files), request);

    expect(second.github?.different).toEqual([]);
    expect(second.written.toSorted()).toEqual(
      [paths[0], ...paths.slice(3)].toSorted((left = "", right = "") => (left < right ? -1 : 1)),
    );
    expect(files[".github/workflows/cairn.yml"]).toContain(
      "uses: contoso/cairn/.github/actions/cairn@0123abc\n",
    );
    expect(third).toMatchObject({ written: [], github: { kept: paths, different: [] } });
  });

  it("keeps what a person has changed before it was chosen", async () => {
    const files = registry();
    await initRegistry(folderOf(files), request);
    const path = ".github/workflows/cairn.yml";
    const mine = `${files[path]}# mine\n`;
    files[path] = mine;
    const github = { action: "contoso/cairn@0123abc" };
    const report = await initRegistry(folderOf(files), { ...request, github });

    expect(files[path]).toBe(mine);
    expect(report.github?.different.map((each) => each.path)).toEqual([path]);
  });

  it("takes a ruleset for the same that GitHub has exported", async () => {
    const files = registry();
    await initRegistry(folderOf(files), { ...request, github: { appId: 4711 } });
    const path = ".github/rulesets/cairn-tags.json";
    const ruleset: object = JSON.parse(files[path] ?? "") as object;
    files[path] = JSON.stringify({ id: 1, source: "contoso/ml-registry", ...ruleset });
    const { github } = await initRegistry(folderOf(files), request);

    expect(github).toMatchObject({ different: [] });
  });

  it("does not guess whom to ask when the policy is broken", async () => {
    const files = { ...registry(), "policies/access.yaml": "people: [\n" };

    await expect(initRegistry(folderOf(files), request)).rejects.toMatchObject({
      code: "POLICY_UNUSABLE",
    });
    expect(Object.keys(files)).not.toContain(".github/CODEOWNERS");
  });

  it.each([
    { name: "an owner with a line break", github: { owner: "a\n* @eve" } },
    { name: "an action without a ref", github: { action: "contoso/cairn" } },
    { name: "an action with more lines", github: { action: "contoso/cairn@x\n      - run: id" } },
    { name: "an action that climbs", github: { action: "contoso/..@x" } },
  ])("refuses $name", async ({ github }) => {
    await expect(initRegistry(folderOf(registry()), { ...request, github })).rejects.toMatchObject({
      code: "INIT_CHOICE_INVALID",
    });
  });

  it("does not take over what somebody wrote in the place of a choice", async () => {
    const files = registry();
    files[".github/workflows/cairn.yml"] = "    - uses: a/b/.github/actions/cairn@x;rm\n";
    files[".github/rulesets/cairn-ledger.json"] = '{"bypass_actors":[{"actor_id":"1"}]}';
    const { github } = await initRegistry(folderOf(files), request);

    expect(github?.different.map(({ path }) => path)).toEqual([paths[0], paths[4]]);
    expect(files[".github/rulesets/cairn-tags.json"]).toContain('"actor_id": 0');
  });
});

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions: Readonly<Record<string, string>>;
        readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
      }
    >
  >;
}

describe("the workflows", () => {
  const written = async (): Promise<readonly [Workflow, Workflow]> => {
    const files = registry();
    const github = { action: "contoso/cairn@0123abc" };
    await initRegistry(folderOf(files), { ...request, github });
    const [check = "", review = ""] = paths;
    return [parse(files[check] ?? "") as Workflow, parse(files[review] ?? "") as Workflow];
  };

  it("run for what a fork may trigger without getting anything for it", async () => {
    const [check, review] = await written();

    expect(Object.keys(check.on)).toEqual(["pull_request", "merge_group"]);
    expect(Object.keys(review.on)).toEqual(["pull_request_review"]);
  });

  it("have no right but those they use", async () => {
    const [check, review] = await written();

    expect([check.permissions, review.permissions]).toEqual([{}, {}]);
    expect(Object.values(check.jobs).map(({ permissions }) => permissions)).toEqual([
      { contents: "read", "pull-requests": "read", checks: "read", statuses: "read" },
    ]);
    expect(Object.values(review.jobs).map(({ permissions }) => permissions)).toEqual([
      { actions: "write" },
    ]);
  });

  it("check out nothing, and put nothing of the event into a script", async () => {
    const steps = (await written()).flatMap(({ jobs }) =>
      Object.values(jobs).flatMap((job) => job.steps),
    );

    expect(steps.flatMap(({ uses }) => uses ?? [])).toEqual([
      "contoso/cairn/.github/actions/cairn@0123abc",
    ]);
    expect(steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
  });
});
