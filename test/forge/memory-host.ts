import { LocalForge } from "../../src/forge/drivers/local/local-forge.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { MemoryForge, pullRequestHead } from "../support/memory-forge.ts";
import { MemoryMirror, MemoryRemote, type Pause } from "../support/memory-mirror.ts";
import { namedPeople, type Files, type ForgeHarness } from "./forge.contract.ts";
import { TestClock } from "./test-clock.ts";

export interface MemoryHost extends ForgeHarness {
  readonly remote: MemoryRemote;
  readonly clock: TestClock;
}

interface Parts {
  readonly remote: MemoryRemote;
  readonly clock: TestClock;
  readonly mirror: MemoryMirror;
}

interface Kind {
  connect(parts: Parts): Forge;
  headRef(number: number): string;
  loseNextAnswer(remote: MemoryRemote, forge: Forge): void;
}

/** The local host in repositories that are only in memory. */
export async function openLocalHost(
  options: { readonly pause?: Pause; readonly signingKey?: string } = {},
): Promise<MemoryHost> {
  const { pause, ...rest } = options;
  const kind: Kind = {
    connect: ({ mirror: git, clock }) => new LocalForge({ git, clock, ...rest }),
    headRef: (number) => `refs/cairn/pull/${number}/head`,
    loseNextAnswer: (remote) => {
      remote.connectionBreaks = 1;
    },
  };
  return openHost(kind, pause);
}

/** The host for simulated worlds. */
export async function openSimulatedHost(): Promise<MemoryHost & { readonly forge: MemoryForge }> {
  let forge: MemoryForge | undefined;
  const host = await openHost({
    connect: (parts) => {
      const client = new MemoryForge(parts);
      forge ??= client;
      return client;
    },
    headRef: pullRequestHead,
    loseNextAnswer: () => {
      if (forge) forge.lostAnswers = 1;
    },
  });
  if (forge === undefined) throw new Error("every host has a first client");
  return { ...host, forge };
}

async function openHost(kind: Kind, pause?: Pause): Promise<MemoryHost> {
  const remote = new MemoryRemote();
  const clock = new TestClock();
  const mirrors: MemoryMirror[] = [];
  const openMirror = (): MemoryMirror => {
    const mirror = new MemoryMirror(remote, mirrors.length === 0 ? pause : undefined);
    mirrors.push(mirror);
    return mirror;
  };
  const textsAt = (commit: string): Files => {
    const { objects } = remote;
    const items = objects.itemsOf(objects.commits.get(commit)?.tree ?? "");
    const texts = [...items.values()].map(({ path, objectId }) => [
      path,
      new TextDecoder().decode(objects.blobs.get(objectId)),
    ]);
    return Object.fromEntries(texts) as Files;
  };
  remote.land({ "a.txt": "1", "b.txt": "1" });
  const base = (): string => remote.refs.get("refs/heads/main") ?? "";
  const forge = kind.connect({ remote, clock, mirror: openMirror() });
  return {
    remote,
    clock,
    forge,
    people: namedPeople,
    as: () => forge,
    async another() {
      const mirror = openMirror();
      await mirror.fetch();
      return kind.connect({ remote, clock, mirror });
    },
    async commit(parent, files) {
      const commit = remote.commit({ ...textsAt(parent), ...files }, { parents: [parent] });
      for (const mirror of mirrors) await mirror.fetch();
      return commit;
    },
    pushHead: async (number, commit) => {
      remote.refs.set(kind.headRef(number), commit);
    },
    land: async (files) => remote.land({ ...textsAt(base()), ...files }),
    base: async () => base(),
    async show(commit) {
      const found = remote.objects.commits.get(commit);
      if (found === undefined) throw new Error(`no commit ${commit}`);
      const { parents, author, message } = found;
      const [subject = ""] = message.split("\n");
      return { parents, author: author.name, subject, files: textsAt(commit) };
    },
    loseNextAnswer: () => kind.loseNextAnswer(remote, forge),
    tick: () => clock.tick(),
  };
}
