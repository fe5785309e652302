import { formatAssetKey } from "../../domain/asset.ts";
import type { AssetDetail } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { renderTable } from "./table.ts";
import { renderAgo } from "./time.ts";

const columns = [
  { title: "version" },
  { title: "stages" },
  { title: "published" },
  { title: "author" },
  { title: "digest" },
  { title: "commit" },
];

/** One asset on one screen: who and what, then its versions as the answer orders them. */
export function renderAsset(
  asset: AssetDetail,
  { paint, width, now }: { readonly paint: Paint; readonly width: number; readonly now: Date },
): string {
  const head = [
    `${paint("bold", clean(formatAssetKey(asset)))}${asset.retired ? paint("yellow", "  retired") : ""}`,
    ...(asset.description === undefined ? [] : [clean(asset.description)]),
    ...(asset.owner === undefined ? [] : [`${paint("dim", "owner")} ${clean(asset.owner)}`]),
  ];
  if (asset.versions.length === 0) return [...head, "", "No version published yet."].join("\n");
  const rows = asset.versions.map((item) => [
    `${clean(item.version)}${item.sameAs === undefined ? "" : ` (= ${clean(item.sameAs)})`}`,
    item.stages.length === 0
      ? paint("dim", "-")
      : paint("green", item.stages.map(clean).join(", ")),
    renderAgo(item.publishedAt, now),
    clean(item.author),
    shortDigest(item.digest),
    clean(item.commit).slice(0, 10),
  ]);
  return [...head, "", renderTable(columns, rows, { paint, width })].join("\n");
}

/** Enough of a digest to compare by eye; `--json` has all of it. */
export function shortDigest(digest: string): string {
  return clean(digest).slice(0, "sha256:".length + 12);
}
