import { assetState, stageVersion } from "../ledger/state.ts";
import { manifestsOf } from "../lookup.ts";
import type { Rule } from "./rule.ts";

export const stageAssetRetired: Rule = {
  id: "stage-asset-retired",
  severity: "error",
  states: "An asset keeps its manifest as long as a stage runs one of its versions.",

  *check({ registry, state }) {
    for (const { asset, stage, document } of registry.stageFiles) {
      if (manifestsOf(asset, registry).length > 0) continue;
      const entry = stageVersion(assetState(state, asset), stage);
      if (entry === undefined) continue;
      yield {
        message: `${stage} runs ${asset} ${entry.version}, whose manifest is gone: bring it back, or withdraw the asset first (cairn withdraw ${asset} --stage ${stage}).`,
        at: { path: document.path },
      };
    }
  },
};
