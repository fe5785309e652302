import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makeBareRepository } from "../bare-repository.ts";
import type { Accounts } from "./accounts.ts";
import type { Clock } from "./clock.ts";
import { CommitReader } from "./commits.ts";
import type { RepositoryDraft } from "./double.ts";
import { runGit } from "./git-program.ts";
import type { Account, Pull, Repository } from "./model.ts";
import { ObjectReader } from "./object-reader.ts";
import { Refs } from "./refs.ts";

const settings = [
  "[http]",
  "\treceivepack = true",
  "[uploadpack]",
  "\tallowFilter = true",
  "\tallowAnySHA1InWant = true",
  "[receive]",
  "\thideRefs = refs/pull",
  "\tadvertiseAtomic = true",
  "\tautogc = false",
  "[gc]",
  "\tauto = 0",
];

/** The repositories by name and id, each a bare one below the root. */
export class Repositories {
  readonly #root: string;
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #nextId: () => number;
  readonly #byName = new Map<string, Repository>();
  readonly #byId = new Map<number, Repository>();

  constructor(root: string, accounts: Accounts, clock: Clock, nextId: () => number) {
    this.#root = root;
    this.#accounts = accounts;
    this.#clock = clock;
    this.#nextId = nextId;
  }

  find(fullName: string): Repository | undefined {
    return this.#byName.get(fullName.toLowerCase());
  }

  findById(id: number): Repository | undefined {
    return this.#byId.get(id);
  }

  /** Of the test's own making: an unknown name is a mistake in the test. */
  get(fullName: string): Repository {
    const repository = this.find(fullName);
    if (repository === undefined) throw new Error(`no repository ${fullName}`);
    return repository;
  }

  /** Whether somebody was given a permission in a repository of this owner. */
  trusts(owner: string, { login }: Account): boolean {
    return [...this.#byId.values()].some(
      (repository) =>
        repository.owner.login.toLowerCase() === owner.toLowerCase() &&
        repository.permissions.has(login.toLowerCase()),
    );
  }

  async add(draft: RepositoryDraft): Promise<Repository> {
    const parent = draft.forkOf === undefined ? undefined : this.get(draft.forkOf);
    const branch = draft.defaultBranch ?? parent?.defaultBranch ?? "main";
    const folder = join(this.#root, draft.owner, `${draft.name}.git`);
    await makeBareRepository(folder, { branch, config: settings });
    if (parent !== undefined) {
      const refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
      await runGit(folder, ["fetch", "--quiet", parent.folder, ...refs]);
    }
    const repository = this.#remember(draft, folder, branch);
    this.#byName.set(repository.fullName.toLowerCase(), repository);
    this.#byId.set(repository.id, repository);
    return repository;
  }

  async remove(repository: Repository): Promise<void> {
    repository.isRemoved = true;
    repository.objects.close();
    this.#byName.delete(repository.fullName.toLowerCase());
    this.#byId.delete(repository.id);
    await rm(repository.folder, { recursive: true, force: true });
  }

  close(): void {
    for (const { objects } of this.#byId.values()) objects.close();
  }

  #remember(draft: RepositoryDraft, folder: string, defaultBranch: string): Repository {
    const objects = new ObjectReader(folder);
    const parent = draft.forkOf === undefined ? undefined : this.get(draft.forkOf);
    const permissions = Object.entries(draft.permissions ?? {});
    return {
      id: this.#nextId(),
      owner: this.#accounts.owner(draft.owner),
      name: draft.name,
      fullName: `${draft.owner}/${draft.name}`,
      folder,
      defaultBranch,
      isPrivate: draft.isPrivate ?? false,
      createdAt: this.#clock.now(),
      pushedAt: this.#clock.now(),
      parent,
      permissions: new Map(permissions.map(([login, level]) => [login.toLowerCase(), level])),
      refs: new Refs(folder),
      objects,
      commits: new CommitReader(folder, objects),
      isRemoved: false,
      nextNumber: 1,
      pulls: new Map(),
      openByHead: new Map(),
      openByBase: new Map(),
      pullsByCommit: new Map(),
      comments: new Map(),
      checkRuns: new Map(),
      checkRunsByHead: new Map(),
      statuses: new Map(),
      activity: [],
      rulesets: [],
      webhooks: [],
      queue: [],
      turn: Promise.resolve(),
    };
  }
}

/** Does what changes refs alone; the next waits. */
export async function inTurn<T>(repository: Repository, act: () => Promise<T>): Promise<T> {
  const before = repository.turn;
  const running = before.then(act, act);
  repository.turn = running.catch(() => {});
  return running;
}

export interface RefChange {
  readonly ref: string;
  /** Absent to delete it. */
  readonly to: string | undefined;
  /** What it must be before; absent: it may be anything. */
  readonly from?: string | undefined;
}

/** Moves refs, all or none. */
export async function moveRefs(
  repository: Repository,
  changes: readonly RefChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const lines = changes.map(({ ref, to, from }) => {
    const old = from === undefined ? "" : ` ${from}`;
    return to === undefined ? `delete ${ref}${old}\n` : `update ${ref} ${to}${old}\n`;
  });
  await runGit(repository.folder, ["update-ref", "--stdin"], { input: lines.join("") });
}

/** Makes commits of another repository of the network available here. */
export async function bringCommit(from: Repository, to: Repository, commit: string): Promise<void> {
  if (from === to) return;
  await runGit(to.folder, ["fetch", "--quiet", "--no-tags", from.folder, commit]);
}

/** Who may be asked to review, and whose approval counts. */
export function collaborator(repository: Repository, account: Account): boolean {
  return (
    account.id === repository.owner.id || repository.permissions.has(account.login.toLowerCase())
  );
}

/** Keeps the indexes of open pull requests; call it after every change of state, head or base. */
export function indexPull(pull: Pull, before: Pick<Pull, "head" | "base">): void {
  drop(before.head.repository.openByHead, before.head.branch, pull);
  drop(pull.repository.openByBase, before.base.branch, pull);
  if (pull.state === "closed") return;
  put(pull.head.repository.openByHead, pull.head.branch, pull);
  put(pull.repository.openByBase, pull.base.branch, pull);
}

export function put<K>(index: Map<K, Set<Pull>>, key: K, pull: Pull): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([pull]));
  else known.add(pull);
}

function drop(index: Map<string, Set<Pull>>, key: string, pull: Pull): void {
  index.get(key)?.delete(pull);
}
