import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, onTestFinished } from "vitest";

import { appPermissions } from "../support/github/app-permissions.ts";
import { startGitHub, type GitHubDouble } from "../support/github/github.ts";
import { Cairn, type CairnAccess } from "./cairn.ts";
import { Person } from "./person.ts";
import { openWorkTree, type WorkTree } from "./work-tree.ts";
import {
  firstFiles,
  fullName,
  owner,
  people,
  repository,
  secondFiles,
  writers,
  type Files,
  type PersonName,
} from "./registry.ts";

const execute = promisify(execFile);

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** A Monday morning. */
const monday = new Date("2026-06-01T09:00:00Z");

export type Story = Readonly<Record<PersonName, Person>> & {
  readonly cairn: Cairn;
  readonly github: GitHubDouble;
  readonly work: WorkTree;
  /** One more Cairn on the same registry, which knows nothing yet. */
  readonly anotherCairn: () => Promise<Cairn>;
  /** So many hours pass, on GitHub and here. */
  readonly pass: (hours: number) => void;
};

/** What every story starts with, made once for a file of them. */
interface Beginning {
  /** A bare repository with the branch, the ledger and its tags. */
  readonly folder: string;
  readonly at: Date;
  /** How many there are in the ledger. */
  readonly events: number;
  readonly remove: () => Promise<void>;
}

/** What the stories of a file start with; they are told one after another. */
export function beginOnce(files: Files = {}): () => Promise<Story> {
  let beginning: Beginning | undefined;
  beforeAll(async () => {
    beginning = await begin(files);
  });
  afterAll(() => beginning?.remove());
  return async () => {
    if (beginning === undefined) throw new Error("only tests may tell");
    return tell(beginning);
  };
}

/** The registry, adopted, with a second version of the taxi model. */
async function begin(files: Files = {}): Promise<Beginning> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-stories-"));
  const github = await openGitHub(monday);
  const ends: (() => Promise<void>)[] = [];
  try {
    const work = await openWorkTree(join(folder, "work"), github);
    const { ann } = peopleOf(github, work);
    await work.write({ ...firstFiles, ...files });
    await ann.pushesToMain("Start the registry");
    const cairn = await openCairn(github, join(folder, "cairn"), {
      atEnd: (end) => ends.push(end),
    });
    await cairn.adopts();
    await ann.pushesToMain("Train the taxi model again", secondFiles);
    await cairn.looks();
    const bare = join(folder, "begun.git");
    await execute("git", ["clone", "--quiet", "--mirror", github.gitUrl("ann-c", fullName), bare]);
    const { length: events } = await cairn.events();
    return { folder: bare, at: github.clock.now(), events, remove: () => remove(folder) };
  } finally {
    for (const end of ends) await end();
    await github.close();
  }
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The same GitHub, with the people before anything of this story happened; it ends with the test. */
async function tell(beginning: Beginning): Promise<Story> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-story-"));
  onTestFinished(() => remove(folder));
  const github = await openGitHub(beginning.at, beginning.folder);
  onTestFinished(() => github.close());
  const work = await openWorkTree(join(folder, "work"), github);
  await work.git("fetch", "--quiet", beginning.folder, "+refs/heads/main:refs/remotes/origin/main");
  const access = { atEnd: onTestFinished, eventsBefore: beginning.events };
  const cairn = await openCairn(github, join(folder, "cairn"), access);
  onTestFinished(async ({ task }) => {
    // A story that failed already is not told to the end.
    if (task.result?.state !== "fail") await endWell(github, cairn);
  });
  return {
    ...peopleOf(github, work),
    cairn,
    github,
    work,
    anotherCairn: () => openCairn(github, join(folder, "another"), access),
    pass: (hours) => github.clock.tick(hours * 3_600_000),
  };
}

/** What holds at the end of every story. */
async function endWell(github: GitHubDouble, cairn: Cairn): Promise<void> {
  github.lies.heal();
  await cairn.looks();
  cairn.news();
  await cairn.looks();
  expect(cairn.news(), "a second look writes nothing").toEqual([]);
  expect(await cairn.saidTwice(), "said once").toEqual([]);
  expect(await cairn.allTexts(), "no token in any text").not.toMatch(
    /gh[pousr]_\w{8}|x-access-token|PRIVATE KEY/,
  );
  expect(github.contractViolations, "as GitHub describes itself").toEqual([]);
}

async function openGitHub(start: Date, from?: string): Promise<GitHubDouble> {
  const github = await startGitHub({ start });
  for (const { login } of Object.values(people)) {
    github.addUser(login.endsWith("[bot]") ? { login, type: "Bot" } : { login });
  }
  github.addTeam({ org: owner, slug: "ml-leads", members: [people.tia.login] });
  const permissions = Object.fromEntries(
    writers.map((name) => [people[name].login, name === "ann" ? "admin" : "write"] as const),
  );
  const { folder } = await github.addRepository({ owner, name: repository, permissions });
  if (from !== undefined) {
    await execute("git", ["fetch", "--quiet", from, "+refs/*:refs/*"], { cwd: folder });
  }
  const publicKey = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  github.addApp({
    id: 12,
    slug: "cairn",
    publicKey,
    permissions: appPermissions,
    installedOn: [fullName],
  });
  return github;
}

async function openCairn(
  github: GitHubDouble,
  folder: string,
  more: Pick<CairnAccess, "atEnd" | "eventsBefore">,
): Promise<Cairn> {
  const privateKey = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return Cairn.open({ github, folder, privateKey, appId: "12", ...more });
}

function peopleOf(github: GitHubDouble, work: WorkTree): Readonly<Record<PersonName, Person>> {
  const of = (name: PersonName): Person => new Person(name, github, work);
  return {
    ann: of("ann"),
    annAtHome: of("annAtHome"),
    bo: of("bo"),
    cy: of("cy"),
    dee: of("dee"),
    tia: of("tia"),
    sam: of("sam"),
    eve: of("eve"),
    bot: of("bot"),
  };
}
