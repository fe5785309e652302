import { MemoryMirror, MemoryRemote } from "../support/memory-mirror.ts";
import { describeChanges, describeNamedRefs, type ChangesHarness } from "./changes.contract.ts";

async function start(): Promise<ChangesHarness> {
  const remote = new MemoryRemote();
  return {
    open: async () => new MemoryMirror(remote),
    commit: (files, ...parents) => remote.commit(files, { parents }),
    setRef: (ref, id) => {
      if (id === undefined) remote.refs.delete(ref);
      else remote.refs.set(ref, id);
    },
    refs: () => new Map(remote.refs),
    startOther: async (files) => {
      const other = new MemoryRemote();
      remote.folders.set("/other", other);
      return { folder: "/other", head: other.land(files) };
    },
    makeKey: async () => ({ path: "ssh-ed25519 AAAA", publicKey: "ssh-ed25519 AAAA" }),
  };
}

describeNamedRefs("in memory", start);
describeChanges("in memory", { canSign: true, runs: 200 }, start);
