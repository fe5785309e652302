import { describe, expect, it } from "vitest";

import type { Policies } from "../../../src/domain/promotion/policy.ts";
import type { HostServices } from "../../../src/forge/host-services.ts";
import { forgeDenied } from "../../../src/forge/errors.ts";
import { noGitHubChoices } from "../../support/github-choices.ts";
import { gitHubFiles } from "../../../src/usecases/author/github/files.ts";
import { doctor } from "../../../src/usecases/operate/doctor.ts";
import { checkGitHubFiles } from "../../../src/usecases/operate/doctor-host.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { filesOf, openSession, recordAll } from "../reconcile/world.ts";

const policies: Policies = {
  promotion: undefined,
  access: {
    people: [{ id: "ann", name: undefined, github: "ann-c", emails: [], signingKeys: [] }],
    roles: new Map([["policy-owners", ["ann", "team:owners"]]]),
    bindings: [],
  },
};

/** A commit with these files, under these policies. */
function commitWith(files: Readonly<Record<string, string>>) {
  const entries = Object.entries(files);
  return {
    url: "https://github.com/contoso/ml-registry.git",
    mirror: {
      listTree: async () =>
        entries.map(([path, text]) => ({
          path,
          mode: "100644",
          objectId: path,
          sizeBytes: text.length,
          isUtf8: true,
        })),
      readBlob: async (id: string) => new TextEncoder().encode(files[id]),
    },
    reader: { policyAt: async () => ({ policies }) },
  };
}

function written(changes: Readonly<Record<string, string | undefined>> = {}) {
  const choices = { ...noGitHubChoices, owner: "contoso", appId: 4711, action: "a/b@c" };
  const files = gitHubFiles(policies, choices).map(({ path, text }) => [path, text] as const);
  const all = Object.entries({ ...Object.fromEntries(files), ...changes });
  return Object.fromEntries(
    all.flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])),
  );
}

const codeOwners = ".github/CODEOWNERS";

describe("the files for GitHub", () => {
  it("are in order when they are as init --github would write them", async () => {
    expect(await checkGitHubFiles(commitWith(written()), "head")).toMatchObject([
      { check: "files for GitHub", outcome: "ok" },
    ]);
  });

  it.each([
    {
      name: "one that is gone",
      changes: { [codeOwners]: undefined },
      message: "It is not on the branch.",
    },
    {
      name: "one for other people",
      changes: {
        [codeOwners]: written()[codeOwners]?.replace("/policies/ @ann-c", "/policies/ @eve"),
      },
      message:
        "cairn init --github would write it otherwise now: - /policies/ @eve @contoso/owners; + /policies/ @ann-c @contoso/owners",
    },
    {
      name: "one in another order, where the last line counts",
      changes: { [codeOwners]: written()[codeOwners]?.split("\n").toReversed().join("\n") },
      message: "cairn init --github would write it otherwise now: its lines are in another order",
    },
  ])("are warned of: $name", async ({ changes, message }) => {
    const checks = await checkGitHubFiles(commitWith(written(changes)), "head");

    expect(checks).toMatchObject([{ check: codeOwners, outcome: "warning", message }]);
  });

  it("warns of all that a registry without them lacks", async () => {
    const checks = await checkGitHubFiles(commitWith({}), "head");

    expect(checks.map(({ check, outcome }) => `${outcome} ${check}`)).toEqual(
      gitHubFiles(policies, noGitHubChoices).map(({ path }) => `warning ${path}`),
    );
  });
});

async function refuse(): Promise<never> {
  throw forgeDenied("it may not");
}

function hostThat(answers: Partial<HostServices>): HostServices {
  return {
    checks: { publish: refuse, say: refuse },
    teams: { membersOf: refuse },
    hasAccount: refuse,
    repositoryId: refuse,
    mergeGroups: refuse,
    statusesOf: refuse,
    inspect: async () => [],
    ...answers,
  };
}

/** What the doctor says of a registry whose leads are these. */
async function examine(
  leads: readonly string[],
  host: HostServices | undefined,
  logins: readonly string[] = [],
) {
  const remote = new MemoryRemote();
  const ids = logins.map((login) => [`of-${login}`, login] as const);
  const people = {
    ann: ["ann@contoso.example"],
    ...Object.fromEntries(ids.map(([id]) => [id, []])),
  };
  const access = { people, logins: Object.fromEntries(ids), roles: { leads }, bindings: [] };
  remote.land(filesOf({ assets: [], access }));
  const session = openSession(remote);
  await recordAll(session, []);
  const { checks } = await doctor({ ...session, host });
  return checks.map(({ check, outcome, message }) => `${outcome} ${check}: ${message}`);
}

describe("the doctor of a registry on a host", () => {
  it("says what the host lets Cairn do", async () => {
    const inspect = async () =>
      [{ check: "rights", outcome: "failed", message: "No tags.", hint: "Give them." }] as const;

    expect(await examine([], hostThat({ inspect }))).toContain("failed rights: No tags.");
  });

  it("goes on when the host does not let it look", async () => {
    const lines = await examine([], hostThat({ inspect: refuse }));

    expect(lines.filter((line) => line.startsWith("failed host: "))).toHaveLength(1);
    expect(lines).toContain("ok people: The policy's people and teams are known.");
  });

  it("warns of teams that are not there, and of people without an account", async () => {
    const teams = { membersOf: async () => undefined };

    expect(await examine(["ann", "team:ml-leads"], hostThat({ teams }))).toEqual(
      expect.arrayContaining([
        "warning teams: team:ml-leads gives nobody the role leads: the pull-request host has no such team.",
        "warning people: The policy names no account of ann: what they do on GitHub is nobody's.",
      ]),
    );
  });

  it("names accounts that are not there, and asks for fifty", async () => {
    const asked: string[] = [];
    const hasAccount = async (login: string) => asked.push(login) !== 2;
    const logins = Array.from({ length: 60 }, (_, index) => `login-${index}`);
    const lines = await examine([], hostThat({ hasAccount }), logins);

    expect(asked).toEqual(logins.slice(0, 50));
    expect(lines).toContain("warning people: The host has no account login-1.");
    expect(await examine([], hostThat({ hasAccount: refuse }), ["bo"])).toContainEqual(
      expect.stringMatching(/^failed people: /),
    );
  });

  it("asks none of it where pull requests are local", async () => {
    const lines = await examine(["ann", "team:ml-leads"], undefined);

    expect(lines.filter((line) => /people|teams|GitHub|host/.test(line))).toEqual([]);
  });
});
