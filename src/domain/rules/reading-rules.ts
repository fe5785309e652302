import type { RuleInfo } from "./rule.ts";

/**
 * What is found while files are read, versions decided and findings judged, before or after the
 * rules with a `check` of their own have their turn.
 */
export const readingRules: readonly RuleInfo[] = [
  fixed("yaml-syntax", "A YAML file can be read."),
  fixed("yaml-encoding", "A YAML file is UTF-8 without a byte order mark, half characters or NUL."),
  fixed("yaml-too-large", "A YAML file is no larger than what is read."),
  fixed("yaml-depth", "A YAML file is not nested deeper than 64 levels."),
  fixed("yaml-documents", "A YAML file holds one document."),
  fixed("yaml-duplicate-key", "A key is given once."),
  fixed("yaml-key", "A key is plain text."),
  fixed("yaml-merge", "Keys are written out, not merged with <<."),
  fixed("yaml-alias", "Aliases have an anchor, and are few."),
  fixed("yaml-tag", "Values have no explicit YAML tag."),
  fixed("yaml-directive", "A YAML file has no directive."),
  fixed("yaml-number", "A number is small enough to be kept exactly."),
  error("schema", "A manifest has the fields that its kind needs, with values of the right form."),
  error("schema-unknown-key", "A manifest has only keys that Azure ML knows."),
  { id: "not-checked", severity: "info", states: "Cairn knows how to check a manifest." },
  fixed("registry-missing", "A registry has a registry.yaml."),
  fixed("format-too-new", "This Cairn knows the format of registry.yaml."),
  fixed("file-unusable", "What a manifest names is a plain file with a usable name."),
  error(
    "asset-layout",
    "An asset.yaml and its spec agree, and name all that releasing them needs.",
  ),
  {
    id: "asset-template",
    severity: "warning",
    states: "Templates in a spec name variables that are defined.",
  },
  fixed("asset-name", "A name can be part of a Git tag and fits the registry's patterns."),
  fixed("duplicate-name", "A name is used once per kind, whatever the case."),
  fixed("version-mangled", "A version means to every YAML reader what its author wrote."),
  fixed("path-missing", "A path names a file or folder that is there, in Git or in the lock file."),
  fixed("path-type", "A path names what its type needs: a file, a folder, an MLTable, an MLmodel."),
  fixed("path-outside", "A path stays inside the registry."),
  fixed("path-collision", "File names differ in more than their case."),
  fixed("path-too-many-files", "A path covers no more files than can be handled."),
  fixed("reference-moved", "A version that a change names gets exactly that number."),
  fixed("version-immutable", "The content of a published version never changes."),
  fixed("tag-taken", "The tag of an explicit version is not somebody else's."),
  fixed("dependency-unpublished", "What an asset refers to can be published too."),
  fixed("bytes-unavailable", "Every byte that an asset names can be read."),
  fixed("unreviewed-content", "What lands is what the pull request showed."),
  error("metric-file-form", "The metric files of evaluations hold numbers that gates can read."),
  fixed("glob", "A pattern is one that Cairn accepts."),
  fixed("stage-file-path", "A stage file lies at stages/<stage>/<kinds>/<name>.yaml."),
  fixed("stage-hold", "The hold of a stage file ends at a date."),
  fixed("workspace-name", "The file of a workspace has a usable name."),
  warning("policy-file-name", "A policy file has a name that Cairn reads."),
  fixed("policy-stage-unknown", "A policy speaks of stages that the registry has."),
  fixed("policy-role-unknown", "A policy speaks of roles that access.yaml has."),
  fixed("policy-person-unknown", "A role has members that access.yaml knows."),
  fixed("policy-person-ambiguous", "An address or login belongs to one person."),
  fixed("policy-owners-missing", "Somebody owns the policy."),
  warning("policy-key-file", "The signing keys of people stand in access.yaml itself."),
  fixed("policy-gate-unsupported", "A policy asks only for gates that this Cairn has."),
  fixed("policy-window", "A window of a policy is a time that comes."),
  fixed("policy-test", "The tests of the policies pass."),
  fixed("rule-unknown", "registry.yaml speaks of rules that exist."),
  fixed("rule-fixed", "registry.yaml changes only severities that can be changed."),
  {
    id: "acceptance-expired",
    severity: "warning",
    states: "Findings are accepted for a time, and corrected in it.",
  },
  { id: "acceptance-unused", severity: "info", states: "An accepted finding is still there." },
];

function error(id: string, states: string): RuleInfo {
  return { id, severity: "error", states };
}

function warning(id: string, states: string): RuleInfo {
  return { id, severity: "warning", states };
}

function fixed(id: string, states: string): RuleInfo {
  return { id, severity: "error", states, isFixed: true };
}
