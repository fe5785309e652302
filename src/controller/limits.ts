export interface ControllerLimits {
  /** Registries worked on at once: each is a Git process and a few streams. */
  readonly concurrency: number;
  /** A run that takes longer gives its place to another registry, as far as `slowPlaces` go. */
  readonly slowMs: number;
  readonly slowPlaces: number;
  /** Between two runs of a registry: a storm of hints is a few runs. */
  readonly restMs: number;
  readonly backoffBaseMs: number;
  /** Also the longest that a host which came back waits for Cairn. */
  readonly backoffMaxMs: number;
  readonly noProgressMs: number;
  /** How long a registry that stops lets its run in flight finish, and then how long it lets it abort. */
  readonly graceMs: number;
  readonly abortMs: number;
}

export const defaultLimits: ControllerLimits = {
  concurrency: 4,
  slowMs: 30_000,
  slowPlaces: 12,
  restMs: 100,
  backoffBaseMs: 1000,
  backoffMaxMs: 60_000,
  noProgressMs: 600_000,
  graceMs: 20_000,
  abortMs: 5000,
};
