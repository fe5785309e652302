import { CairnError } from "../../shared/errors.ts";

export function indexInvalid(key: string, problem: string): CairnError {
  return new CairnError({
    code: "DELIVER_INDEX_INVALID",
    kind: "unavailable",
    message: `${key} of the workspace's store cannot be used. ${problem}`,
    hint: "cairn verify --repair puts the newest intact index back; nothing is changed until then.",
  });
}

export function indexMissing(store: string): CairnError {
  return new CairnError({
    code: "DELIVER_INDEX_MISSING",
    kind: "missing",
    message: `The ${store} store has no index.json: no workspace was delivered there.`,
    hint: "Check the store's address, or run cairn sync for the workspace first.",
  });
}

export function ledgerStale(seen: string, own: string): CairnError {
  return new CairnError({
    code: "DELIVER_LEDGER_STALE",
    kind: "conflict",
    message: `The workspace was delivered from the ledger at ${seen.slice(0, 12)}, which ${own.slice(0, 12)} does not follow: nothing was changed.`,
    hint: "Fetch the newest ledger and try again; if the ledger was rewritten, restore it.",
  });
}

export function storeShared(found: string, wanted: string): CairnError {
  return new CairnError({
    code: "DELIVER_STORE_SHARED",
    kind: "invalid",
    message: `The store belongs to ${found}, so ${wanted} cannot be delivered there.`,
    hint: "Give each workspace a store or a prefix of its own.",
  });
}

export function quotaExceeded(workspace: string, needed: number, quota: number): CairnError {
  return new CairnError({
    code: "DELIVER_QUOTA_EXCEEDED",
    kind: "denied",
    message: `${workspace} would hold ${needed} bytes, and its quota is ${quota}: nothing was delivered.`,
    hint: "Raise the quota, take fewer assets, or keep fewer old versions.",
  });
}

export function syncContended(workspace: string, cause: unknown): CairnError {
  return new CairnError({
    code: "DELIVER_CONTENDED",
    kind: "conflict",
    message: `The index of ${workspace} was changed by somebody else each time it was to be replaced.`,
    hint: "Another Cairn delivers the same workspace; try again when it is done.",
    cause,
  });
}

export function manifestDamaged(key: string, problem: string): CairnError {
  return new CairnError({
    code: "DELIVER_VERSION_DAMAGED",
    kind: "unavailable",
    message: `${key} is not what the index says. ${problem}`,
    hint: "cairn verify --repair delivers it again.",
  });
}

export function referenceUnknown(reference: string, available: readonly string[]): CairnError {
  const list = available.length === 0 ? "nothing of that name" : available.slice(-10).join(", ");
  return new CairnError({
    code: "PULL_REFERENCE_UNKNOWN",
    kind: "missing",
    message: `The workspace has no "${reference}"; it has ${list}.`,
    hint: "Write models/<name>@<version>, @<stage> or @latest; cairn list shows what there is.",
  });
}

export function targetOccupied(folder: string): CairnError {
  return new CairnError({
    code: "PULL_TARGET_OCCUPIED",
    kind: "conflict",
    message: `${folder} is not empty and does not hold this version intact.`,
    hint: "Choose another folder, or remove this one.",
  });
}
