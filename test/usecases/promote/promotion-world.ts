import type { AssetKey } from "../../../src/domain/asset.ts";
import type { LedgerEvent } from "../../../src/domain/ledger/event.ts";
import { assetState, stageVersion } from "../../../src/domain/ledger/state.ts";
import type { Account, MergeMethod, ReviewVerdict } from "../../../src/domain/pull-request.ts";
import type { CommitInfo } from "../../../src/git/git.ts";
import { parseLedgerMessage } from "../../../src/registry/ledger-event-yaml.ts";
import type { LedgerPlan } from "../../../src/usecases/reconcile/derive.ts";
import type { RegistrySession } from "../../../src/usecases/session.ts";
import { FixedClock } from "../../support/deliveries.ts";
import { MemoryForge } from "../../support/memory-forge.ts";
import type { MemoryHost } from "../../support/memory-host.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import type { AccessSpec, RuleSpec } from "../../support/memory-policies.ts";
import { settle, stateAt } from "../reconcile/settle.ts";
import { filesOf, openSession, recordAll, type RegistrySpec } from "../reconcile/world.ts";

/** Path to its new text; `undefined` removes the file. */
export type Changes = Readonly<Record<string, string | undefined>>;

const mainBranch = "refs/heads/main";
const hourMs = 3_600_000;

const account = (name: string, email = `${name}@contoso.example`): Account => ({ name, email });

/** Ann writes, Bo and Cy approve, Dee owns the policy, Eve is known and may do nothing. */
export const people = {
  ann: account("ann"),
  annAtHome: account("ann", "ann@home.example"),
  bo: account("bo"),
  cy: account("cy"),
  dee: account("dee"),
  eve: account("eve"),
  stranger: account("somebody", "somebody@elsewhere.example"),
} as const;

export const access: AccessSpec = {
  people: {
    ann: ["ann@contoso.example", "ann@home.example"],
    ...Object.fromEntries(["bo", "cy", "dee", "eve"].map((id) => [id, [`${id}@contoso.example`]])),
  },
  roles: { leads: ["ann", "bo", "cy"], wardens: ["ann", "cy"], "policy-owners": ["ann", "dee"] },
  bindings: [
    { role: "leads", can: ["assets/approve"], on: ["**"] },
    { role: "wardens", can: ["assets/override"], on: ["**"] },
  ],
};

/** A rule for everything in prod: one of the leads, unless other gates are given. */
export function prodRule(
  gates: RuleSpec["gates"] = { approvals: { count: 1, from: ["leads"] } },
): RuleSpec {
  return { stage: "prod", assets: ["**"], gates };
}

/** The same approvals and other gates. */
export function prodRuleAnd(gates: RuleSpec["gates"]): RuleSpec {
  return prodRule({ ...gates, approvals: { count: 1, from: ["leads"] } });
}

export const testRule: RuleSpec = { stage: "test", assets: ["**"], gates: {} };

/** The model `models/a` at versions 1 and 2, adopted under these rules. */
export const start: RegistrySpec = {
  assets: [{ key: "models/a", content: "x" }],
  rules: [prodRule(), testRule],
  access,
};

/** Stage files of these versions. */
export function stageFiles(
  stage: string,
  versions: NonNullable<RegistrySpec["stages"]>[string],
): Changes {
  const all = filesOf({ assets: [], stages: { [stage]: versions } });
  return Object.fromEntries(Object.entries(all).filter(([path]) => path.startsWith("stages/")));
}

/** `prod` should run this version of `models/a`. */
export function toProd(version: string): Changes {
  return stageFiles("prod", { "models/a": version });
}

/** Manifests and metadata files. */
export function assets(...specs: RegistrySpec["assets"]): Changes {
  const { "registry.yaml": _, ...files } = filesOf({ assets: specs });
  return files;
}

/** The files of another policy. */
export function policies(spec: Pick<RegistrySpec, "rules" | "access">): Changes {
  const { "registry.yaml": _, ...files } = filesOf({ assets: [], ...spec });
  return files;
}

interface ProposeOptions {
  readonly by?: Account;
  /** Who wrote the commit, when it is not the requester. */
  readonly author?: Account;
  readonly committer?: Account;
  readonly message?: string;
}

interface ReviewOptions {
  readonly verdict?: ReviewVerdict;
  /** Hours from now. */
  readonly inHours?: number;
  /** The commit the host names; the head when absent. */
  readonly commit?: string;
  /** The host does not tell. */
  readonly isUnknown?: boolean;
}

/** A registry with a pull-request host, in which people do things and Cairn looks at them. */
export class PromotionWorld {
  readonly remote = new MemoryRemote();
  readonly clock = new FixedClock("2026-03-01T12:00:00Z");
  readonly forge = new MemoryForge({ remote: this.remote, clock: this.clock });
  readonly session: RegistrySession;
  readonly #host: MemoryHost | undefined;
  #told = 0;
  #branches = 0;

  private constructor(host: MemoryHost | undefined) {
    this.#host = host;
    this.session = this.#open();
  }

  #open(): RegistrySession {
    const given = this.#host === undefined ? {} : { host: this.#host };
    return openSession(this.remote, { clock: this.clock, forge: () => this.forge, ...given });
  }

  /** Adopted as `start` and what is given, with version 2 of `models/a`. */
  static async open(spec: Partial<RegistrySpec> = {}, host?: MemoryHost): Promise<PromotionWorld> {
    const world = new PromotionWorld(host);
    world.remote.land(filesOf({ ...start, ...spec }));
    await recordAll(world.session, []);
    await settle(world.session);
    if (spec.assets === undefined) {
      const number = await world.propose(assets({ key: "models/a", content: "y" }));
      await world.merge(number);
      await settle(world.session);
    }
    await world.news();
    return world;
  }

  get head(): string {
    return this.remote.refs.get(mainBranch) ?? "";
  }

  /** A commit with these changes on the branch, or on another commit. */
  commit(changes: Changes, options: ProposeOptions & { readonly on?: string } = {}): string {
    const { on = this.head, by = people.ann, committer, message = "change" } = options;
    const { name = "", email = "" } = options.author ?? by;
    const files = changed(this.filesAt(on), changes);
    const id = this.remote.commit(files, { parents: [on], author: name, email, message });
    if (committer !== undefined) this.#recommit(id, committer);
    return id;
  }

  #recommit(id: string, { name = "", email = "" }: Account): void {
    const { commits } = this.remote.objects;
    const written = commits.get(id);
    if (written === undefined) return;
    commits.set(id, { ...written, committer: { ...written.committer, name, email } });
  }

  filesAt(commit: string): Record<string, string> {
    const { objects } = this.remote;
    const tree = objects.commits.get(commit)?.tree ?? "";
    return Object.fromEntries(
      [...objects.itemsOf(tree)].map(([path, { objectId }]) => [
        path,
        new TextDecoder().decode(objects.blobs.get(objectId)),
      ]),
    );
  }

  /** Straight onto the branch. */
  land(changes: Changes): string {
    const id = this.commit(changes);
    this.remote.refs.set(mainBranch, id);
    return id;
  }

  /** A pull request of one commit for each of the changes. */
  async propose(changes: Changes | readonly Changes[], options: ProposeOptions = {}) {
    const { by = people.ann } = options;
    let head = this.head;
    for (const part of [changes].flat()) head = this.commit(part, { ...options, on: head });
    this.#branches += 1;
    const branch = `change-${this.#branches}`;
    const { number } = await this.forge.open({
      title: branch,
      body: "",
      by,
      labels: [],
      branch,
      head,
    });
    return number;
  }

  async headOf(number: number): Promise<string> {
    return (await this.forge.get(number)).head;
  }

  /** Another commit on the pull request, an hour later. */
  async push(number: number, changes: Changes, options: ProposeOptions = {}): Promise<string> {
    const { by = people.ann } = options;
    this.after(1);
    const head = this.commit(changes, { ...options, on: await this.headOf(number) });
    this.forge.addPush(number, { head, by, at: this.now });
    return head;
  }

  async review(number: number, by: Account, options: ReviewOptions = {}): Promise<void> {
    const { verdict = "approved", inHours = 0, isUnknown = false } = options;
    const { commit = await this.headOf(number) } = options;
    this.forge.addReview(number, {
      by,
      verdict,
      commit: isUnknown ? undefined : commit,
      at: new Date(this.clock.now().getTime() + inHours * hourMs).toISOString(),
    });
  }

  async merge(number: number, method: MergeMethod | "rebase" = "merge"): Promise<string> {
    const expectedHead = await this.headOf(number);
    const by = people.ann;
    const outcome =
      method === "rebase"
        ? await this.forge.rebase(number, { by, expectedHead })
        : await this.forge.merge(number, { by, method, expectedHead });
    if (outcome.outcome !== "merged") throw new Error(`the merge ended with ${outcome.outcome}`);
    return outcome.commit;
  }

  /** A merge that brings something else than was proposed. */
  mergeAs(number: number, changes: Changes, method: MergeMethod = "merge"): void {
    const tree = this.remote.objects.commits.get(this.commit(changes))?.tree ?? "";
    this.forge.mergeAs(number, { by: people.ann, method, tree });
  }

  /** Proposed, approved by Bo and merged. */
  async bring(
    changes: Changes | readonly Changes[],
    by: readonly Account[] = [people.bo],
    method: MergeMethod | "rebase" = "merge",
  ): Promise<void> {
    const number = await this.propose(changes);
    for (const reviewer of by) await this.review(number, reviewer);
    await this.merge(number, method);
  }

  get now(): string {
    return this.clock.now().toISOString();
  }

  after(hours: number): void {
    this.clock.advance(hours * hourMs);
  }

  /** One look of Cairn; two more, one of them by another controller, find nothing to write. */
  async settle(): Promise<LedgerPlan> {
    const plan = await settle(this.session);
    const ledger = this.remote.refs.get("refs/heads/cairn-ledger");
    await settle(this.session);
    await settle(this.#open());
    if (this.remote.refs.get("refs/heads/cairn-ledger") !== ledger) {
      const [event] = (await this.news()).slice(-1);
      throw new Error(`looked at again, the ledger says ${JSON.stringify(event)}`);
    }
    return plan;
  }

  /** What the ledger says since it was asked last. */
  async news(): Promise<readonly LedgerEvent[]> {
    const { head } = await stateAt(this.remote);
    const events: LedgerEvent[] = [];
    for (let next: string | undefined = head; next !== undefined;) {
      const { id, message, parents }: CommitInfo = this.remote.objects.commits.get(next) ?? none();
      events.unshift(parseLedgerMessage(id, message));
      next = parents[0];
    }
    const fresh = events.slice(this.#told);
    this.#told = events.length;
    return fresh;
  }

  async runs(stage: string, asset: AssetKey = "models/a"): Promise<string | undefined> {
    return stageVersion(assetState(await stateAt(this.remote), asset), stage)?.version;
  }
}

function changed(files: Record<string, string>, changes: Changes): Record<string, string> {
  const all = Object.entries({ ...files, ...changes });
  return Object.fromEntries(
    all.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])),
  );
}

function none(): never {
  throw new Error("the ledger has every commit of its chain");
}
