/** Bounds of one YAML file. Real manifests stay below a hundredth of each. */
export const yamlLimits = {
  sizeBytes: 1024 * 1024,
  /** Lock files list every file of an asset. */
  lockSizeBytes: 4 * 1024 * 1024,
  depth: 64,
  /** The composer takes seconds for more. */
  keys: 20_000,
  lockKeys: 100_000,
  anchors: 100,
  aliases: 100,
  /** Characters, and 16 for each value, after aliases are written out. */
  expanded: 8 * 1024 * 1024,
  /** Problems reported of one file. */
  problems: 20,
} as const;
