import type { AssetKey } from "../asset.ts";
import { formatVersionTag } from "../version.ts";
import type { AcceptedEvent, PublishedEvent, WithdrawnEvent } from "./event.ts";

/** Who Cairn's tags and ledger commits say wrote them. */
export const cairnIdentity = { name: "Cairn", email: "cairn@cairn.invalid" } as const;

/** `models/taxi-fare@v3`: GTO's grammar for a version (docs/gto.md). */
export function versionTagName(asset: AssetKey, version: string): string {
  return `${asset}@${formatVersionTag(version)}`;
}

/** `models/taxi-fare#prod#5`: GTO's grammar for a stage; the number counts per asset. */
export function stageTagName(asset: AssetKey, stage: string, count: number): string {
  return `${asset}#${stage}#${count}`;
}

/** `models/taxi-fare#prod!#6`: the stage runs no version any more. */
export function withdrawalTagName(asset: AssetKey, stage: string, count: number): string {
  return `${asset}#${stage}!#${count}`;
}

/** True for a tag in this grammar, whoever made it. */
export function isCairnTagName(name: string): boolean {
  return /^(?:models|environments|components|data)\/[^/@#]+(?:@|#)[^/]+$/.test(name);
}

/** What one tag needs; the same event gives the same bytes, so a lost tag can be made again. */
export interface TagContent {
  readonly name: string;
  readonly target: string;
  readonly message: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

type Untagged<Event> = Omit<Event, "tags">;

export function publishedTag(event: Untagged<PublishedEvent>): TagContent {
  return {
    name: versionTagName(event.asset, event.version),
    target: event.landing.commit,
    timestamp: toSeconds(event.at),
    message: lines(`${event.asset} ${event.version}`, [
      ["digest", event.digest],
      ["manifest", event.manifest],
      ["same-as", event.same_as],
      ["author", event.landing.author],
    ]),
  };
}

/** `commit` is the one that published the version. */
export function acceptedTag(
  event: Untagged<AcceptedEvent>,
  commit: string,
  count: number,
): TagContent {
  return {
    name: stageTagName(event.asset, event.stage, count),
    target: commit,
    timestamp: toSeconds(event.at),
    message: lines(`${event.asset} ${event.version} in ${event.stage}`, [
      ["digest", event.digest],
      ["cause", event.cause],
    ]),
  };
}

/** `commit` is the one that published the version that ran until now. */
export function withdrawnTag(
  event: Untagged<WithdrawnEvent>,
  commit: string,
  count: number,
): TagContent {
  return {
    name: withdrawalTagName(event.asset, event.stage, count),
    target: commit,
    timestamp: toSeconds(event.at),
    message: lines(`${event.asset} ${event.version} withdrawn from ${event.stage}`, [
      ["digest", event.digest],
    ]),
  };
}

function lines(
  subject: string,
  fields: readonly (readonly [string, string | undefined])[],
): string {
  const body = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `${subject}\n\n${body.join("\n")}\n`;
}

function toSeconds(at: string): number {
  return Math.floor(Date.parse(at) / 1000);
}
