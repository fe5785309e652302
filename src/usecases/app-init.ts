export interface InitRequest {
  readonly folder: string;
  readonly name: string;
  /** The registry is there: write only what editors need. */
  readonly editorOnly: boolean;
  /** Also write, into a registry that is there too, what GitHub needs. */
  readonly github?: GitHubInitRequest;
}

/** What is not said is taken from the clone's remote and from the files that are there. */
export interface GitHubInitRequest {
  /** The account or organization that the repository belongs to. */
  readonly owner?: string;
  /** The GitHub App that Cairn acts as. */
  readonly appId?: number;
  /** Where Cairn's Action is: `contoso/cairn@<commit>`. */
  readonly action?: string;
}

export interface InitReport {
  readonly folder: string;
  /** New files, and those of Cairn's own that are different now. */
  readonly written: readonly string[];
  /** What could not be put into a file that a person has written, and why. */
  readonly byHand:
    | { readonly path: string; readonly reason: string; readonly add: string }
    | undefined;
  readonly github?: GitHubInitReport;
}

export interface GitHubInitReport {
  /** As they would be written. */
  readonly kept: readonly string[];
  /** Left alone, although they would be written in another way now. */
  readonly different: readonly {
    readonly path: string;
    readonly missing: readonly string[];
    readonly extra: readonly string[];
  }[];
  /** What is to be done by hand, in order. */
  readonly next: readonly string[];
}
