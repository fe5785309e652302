import type { VersionId } from "../../domain/workspace/version-key.ts";
import type { Content, SignalOption } from "../../store/store.ts";

/** A file of a published version, and where it goes below the version's folder. */
export interface VersionFile extends Content {
  readonly destination: string;
}

/** What a published version consists of. Asking twice gives the same bytes. */
export interface VersionContent {
  readonly files: readonly VersionFile[];
  /** The manifest with resolved paths, references and version. */
  readonly azuremlYaml: Uint8Array;
}

/** Where deliveries get published versions from: the registry's history and its artifact stores. */
export interface VersionSource {
  describeVersion(id: VersionId, options?: SignalOption): Promise<VersionContent>;
}
