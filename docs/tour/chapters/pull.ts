import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Chapter, Tour } from "../tour.ts";

export const pull: Chapter = {
  title: "4. What prod serves is what was approved",
  async play(tour) {
    tour.say(`A serving machine needs no Git and no registry, only read access to its workspace's store.
      Every byte is hashed on the way.`);
    const { root } = tour.world;
    const from = "file:registry/cairn-stores/prod";
    await tour.type(`cairn pull models/taxi-fare@prod --store ${from} --to served`, {
      cwd: root,
    });
    tour.say("The digest that the leads approved is in the message of the version's tag:");
    const tag = "refs/tags/models/taxi-fare@v2";
    const printed = await tour.type(`git for-each-ref --format='%(contents:body)' ${tag}`);
    const { digest, files } = await readManifest(tour, "served");
    tour.check(
      "served/manifest.json has the digest of the tag",
      digest,
      /^digest: (.*)$/m.exec(printed)?.[1],
    );
    tour.check(
      `each of its ${files.length} files has the SHA-256 that manifest.json gives`,
      await hashFiles(
        join(root, "served"),
        files.map(({ path }) => path),
      ),
      files.map(({ sha256 }) => sha256),
    );
    tour.check(
      "model.onnx is, byte for byte, what Dee trained",
      await hashFiles(join(root, "served/model"), ["model.onnx"]),
      await hashFiles(join(root, "trained/better/model"), ["model.onnx"]),
    );
  },
};

interface Manifest {
  readonly version: string;
  readonly digest: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

export async function readManifest({ world }: Tour, folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(world.root, folder, "manifest.json"), "utf8")) as Manifest;
}

export async function hashFiles(
  folder: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  const hash = async (path: string): Promise<string> =>
    `sha256:${createHash("sha256")
      .update(await readFile(join(folder, path)))
      .digest("hex")}`;
  return Promise.all(paths.map(hash));
}
