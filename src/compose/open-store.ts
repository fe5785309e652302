import { join, normalize, resolve } from "node:path";

import type { StoreSettings } from "../domain/registry.ts";
import { compileGlob } from "../registry/glob.ts";
import { CairnError } from "../shared/errors.ts";
import { FileStoreDriver } from "../store/drivers/file/file-store-driver.ts";
import { Store } from "../store/store.ts";
import { makeOwnFolder } from "./own-folder.ts";
import type { Settings } from "./settings.ts";

/**
 * Opens stores for a registry: a registry says which store it wants, the operator which ones there
 * are. A relative root lies below the stores folder and cannot leave it. Stores are opened once.
 */
export function createStoreOpener(settings: Settings): (wanted: StoreSettings) => Promise<Store> {
  const opened = new Map<string, Store>();
  return async (wanted) => {
    const root = fileRoot(wanted, settings);
    const known = opened.get(root);
    if (known !== undefined) return known;
    if (root.startsWith(`${settings.storesFolder}/`)) await makeOwnFolder(settings.storesFolder);
    const store = new Store(new FileStoreDriver({ root }));
    opened.set(root, store);
    return store;
  };
}

/** The store a person names on the command line: their own word is enough. */
export function openStoreUrl(url: string, cwd: string): Store {
  const path = url.startsWith("file://")
    ? decodeURIComponent(url.slice("file://".length))
    : url.replace(/^file:/, "");
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) throw driverUnknown(path.slice(0, path.indexOf(":")));
  return new Store(new FileStoreDriver({ root: resolve(cwd, path) }));
}

function fileRoot(wanted: StoreSettings, { config, storesFolder }: Settings): string {
  if (wanted.driver !== "file") throw driverUnknown(wanted.driver);
  if (!wanted.root.startsWith("/")) {
    const root = join(storesFolder, wanted.root);
    if (root.startsWith(`${normalize(storesFolder)}/`)) return root;
    throw notAllowed(`file:${wanted.root}`, "A relative root must stay below the stores folder.");
  }
  const address = `file:${normalize(wanted.root)}`;
  const isBelowFolder = normalize(wanted.root).startsWith(`${normalize(storesFolder)}/`);
  if (isBelowFolder || config.allowedStores.some((glob) => compileGlob(glob)(address))) {
    return normalize(wanted.root);
  }
  throw notAllowed(address, `Add it to cairn.yaml, under stores: { allow: ["${address}"] }.`);
}

function notAllowed(address: string, hint: string): CairnError {
  return new CairnError({
    code: "STORE_NOT_ALLOWED",
    kind: "denied",
    message: `The registry names the store ${address}, which the operator of this Cairn has not allowed.`,
    hint,
  });
}

function driverUnknown(driver: string): CairnError {
  return new CairnError({
    code: "STORE_DRIVER_UNKNOWN",
    kind: "invalid",
    message: `This Cairn has no driver for "${driver}" stores.`,
    hint: "Use a file store: { driver: file, root: … }.",
  });
}
