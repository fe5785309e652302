import type { AssetKey } from "../asset.ts";
import { assetState, findVersion, hasAccepted, stageVersion } from "../ledger/state.ts";
import type { Target } from "../lookup.ts";
import { compareVersions } from "../version.ts";
import { desiredVersions, type DesiredInput } from "./desired.ts";
import { formatVersionKey, type VersionId } from "./version-key.ts";

/** What a reference means in a workspace, or why it means nothing there. */
export type AvailableVersion =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly problem: string; readonly advice: string };

/** The versions that can be used in a workspace: what its stage accepted and what came with that. */
export class AvailableVersions {
  readonly #input: DesiredInput;
  readonly #desired: readonly VersionId[];
  readonly #keys: ReadonlySet<string>;

  constructor(input: DesiredInput) {
    this.#input = input;
    this.#desired = desiredVersions(input).versions;
    this.#keys = new Set(this.#desired.map(formatVersionKey));
  }

  /** Labels are stages; `latest`, or nothing said, is what the workspace has now. */
  find({ key, selector }: Target): AvailableVersion {
    const { workspace } = this.#input;
    if (selector.type === "version")
      return this.#checked({ asset: key, version: selector.version });
    if (selector.type === "default" || selector.label === "latest") {
      const version = this.#current(key);
      return version === undefined ? this.#absent(key) : { ok: true, version };
    }
    const staged = stageVersion(this.#stateOf(key), selector.label)?.version;
    if (staged !== undefined) return this.#checked({ asset: key, version: staged });
    return {
      ok: false,
      problem: `no stage "${selector.label}" runs ${key}`,
      advice: `write a version, or @latest for what ${workspace.name} has`,
    };
  }

  #stateOf(key: AssetKey): ReturnType<typeof assetState> {
    return assetState(this.#input.state, key);
  }

  #current(asset: AssetKey): string | undefined {
    const { workspace } = this.#input;
    const running = stageVersion(this.#stateOf(asset), workspace.stage)?.version;
    if (running !== undefined && this.#has({ asset, version: running })) return running;
    return this.#desired
      .filter((id) => id.asset === asset)
      .map(({ version }) => version)
      .sort(compareVersions)
      .at(-1);
  }

  #has(id: VersionId): boolean {
    const { workspace } = this.#input;
    if (this.#keys.has(formatVersionKey(id))) return true;
    return (
      workspace.selects(id.asset) &&
      hasAccepted(this.#stateOf(id.asset), workspace.stage, id.version)
    );
  }

  #checked(id: VersionId): AvailableVersion {
    const published = findVersion(this.#stateOf(id.asset), id.version);
    if (published === undefined) {
      const problem = `${formatVersionKey(id)} is not published`;
      return { ok: false, problem, advice: `cairn show ${id.asset} lists its versions` };
    }
    return this.#has(id) ? { ok: true, version: id.version } : this.#absent(id.asset, id.version);
  }

  #absent(asset: AssetKey, version?: string): AvailableVersion {
    const { workspace, state } = this.#input;
    const { name, stage } = workspace;
    const what = version === undefined ? asset : formatVersionKey({ asset, version });
    const isAccepted =
      version === undefined
        ? stageVersion(assetState(state, asset), stage) !== undefined
        : hasAccepted(assetState(state, asset), stage, version);
    if (isAccepted) {
      const advice = `let the "assets" of ${workspace.document.path} take it`;
      return { ok: false, problem: `the workspace ${name} does not take ${asset}`, advice };
    }
    return {
      ok: false,
      problem: `the workspace ${name} does not have ${what}, because its stage ${stage} never accepted it`,
      advice: `promote it first: cairn promote ${asset} --to ${stage}`,
    };
  }
}
