import { creatorOf, isKnownAsset, isPublished } from "../lookup.ts";
import type { Rule } from "./rule.ts";

export const stageVersionUnknown: Rule = {
  id: "stage-version-unknown",
  severity: "error",
  states: "A stage file names a version that was published before.",

  *check(context) {
    const { registry, state } = context;
    // How versions are counted is in registry.yaml, which cannot be read.
    if (registry.settings === undefined && state === undefined) return;
    for (const { asset, version, document, isBroken } of registry.stageFiles) {
      if (isBroken || version === "" || !isKnownAsset(asset, context)) continue;
      if (isPublished(asset, version, context)) continue;
      // Before adoption nothing is published: the version must be one that adoption creates.
      const creator = creatorOf(asset, version, context);
      if (state === undefined && creator !== undefined) continue;
      const message =
        creator === undefined
          ? `There is no version ${version} of ${asset}.`
          : `Version ${version} of ${asset} is not published yet: promote it when it is.`;
      yield { message, at: document.placeOf(["version"]) };
    }
  },
};
