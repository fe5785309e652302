import { assetNameTaken } from "./asset-name-taken.ts";
import { azuremlAssetsCategories } from "./azureml-assets-categories.ts";
import { azuremlAssetsDockerfile } from "./azureml-assets-dockerfile.ts";
import { azuremlAssetsEnvironmentName } from "./azureml-assets-environment-name.ts";
import { azuremlAssetsEnvironmentVersion } from "./azureml-assets-environment-version.ts";
import { azuremlAssetsImage } from "./azureml-assets-image.ts";
import { azuremlAssetsName } from "./azureml-assets-name.ts";
import { azuremlAssetsTests } from "./azureml-assets-tests.ts";
import { azuremlAssetsUnique } from "./azureml-assets-unique.ts";
import { commandBinding } from "./command-binding.ts";
import { componentInput } from "./component-input.ts";
import { condaForm } from "./conda-form.ts";
import { condaUnpinned } from "./conda-unpinned.ts";
import { deploymentEndpointUnknown } from "./deployment-endpoint-unknown.ts";
import { dockerfileForm } from "./dockerfile-form.ts";
import { dockerfileMissing } from "./dockerfile-missing.ts";
import { dockerfileUnpinned } from "./dockerfile-unpinned.ts";
import { endpointNameTaken } from "./endpoint-name-taken.ts";
import { endpointTraffic } from "./endpoint-traffic.ts";
import { endpointWorkspaceUnknown } from "./endpoint-workspace-unknown.ts";
import { externalReference } from "./external-reference.ts";
import { fileTooLargeForGit } from "./file-too-large-for-git.ts";
import { fileTooLarge } from "./file-too-large.ts";
import { imageUnpinned } from "./image-unpinned.ts";
import { metadataEvidenceMissing } from "./metadata-evidence-missing.ts";
import { metadataLicense } from "./metadata-license.ts";
import { mlmodelForm } from "./mlmodel-form.ts";
import { mlmodelSignatureMissing } from "./mlmodel-signature-missing.ts";
import { overrideVersion } from "./override-version.ts";
import { pipelineBinding } from "./pipeline-binding.ts";
import { pipelineCompute } from "./pipeline-compute.ts";
import { pipelineEmpty } from "./pipeline-empty.ts";
import { pipelineType } from "./pipeline-type.ts";
import { referenceCycle } from "./reference-cycle.ts";
import { referenceDeprecated } from "./reference-deprecated.ts";
import { referenceForm } from "./reference-form.ts";
import { referenceLabel } from "./reference-label.ts";
import { referenceMissing } from "./reference-missing.ts";
import { referenceRetired } from "./reference-retired.ts";
import { referenceUnpinned } from "./reference-unpinned.ts";
import { registryPrimaryLocation } from "./registry-primary-location.ts";
import { scriptMissing } from "./script-missing.ts";
import { secretInManifest } from "./secret-in-manifest.ts";
import { stageAssetRetired } from "./stage-asset-retired.ts";
import { stageAssetUnknown } from "./stage-asset-unknown.ts";
import { stageFollows } from "./stage-follows.ts";
import { stageUnknown } from "./stage-unknown.ts";
import { stageVersionUnknown } from "./stage-version-unknown.ts";
import { versionScheme } from "./version-scheme.ts";
import { workspaceRegion } from "./workspace-region.ts";
import { workspaceStage } from "./workspace-stage.ts";
import { yaml11Value } from "./yaml11-value.ts";
import type { Rule } from "./rule.ts";

/** Every rule that a registry is checked against, beyond YAML, schema and files. */
export const rules: readonly Rule[] = [
  referenceForm,
  referenceLabel,
  referenceMissing,
  referenceUnpinned,
  externalReference,
  referenceRetired,
  referenceDeprecated,
  referenceCycle,
  assetNameTaken,
  versionScheme,
  stageUnknown,
  stageAssetRetired,
  stageAssetUnknown,
  stageVersionUnknown,
  stageFollows,
  overrideVersion,
  workspaceStage,
  workspaceRegion,
  deploymentEndpointUnknown,
  endpointNameTaken,
  endpointTraffic,
  endpointWorkspaceUnknown,
  pipelineBinding,
  pipelineEmpty,
  pipelineCompute,
  pipelineType,
  commandBinding,
  componentInput,
  scriptMissing,
  yaml11Value,
  registryPrimaryLocation,
  metadataLicense,
  metadataEvidenceMissing,
  fileTooLarge,
  condaForm,
  condaUnpinned,
  dockerfileForm,
  dockerfileMissing,
  dockerfileUnpinned,
  fileTooLargeForGit,
  imageUnpinned,
  mlmodelForm,
  mlmodelSignatureMissing,
  secretInManifest,
  azuremlAssetsName,
  azuremlAssetsEnvironmentName,
  azuremlAssetsEnvironmentVersion,
  azuremlAssetsCategories,
  azuremlAssetsTests,
  azuremlAssetsImage,
  azuremlAssetsDockerfile,
  azuremlAssetsUnique,
];
