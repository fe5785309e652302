import type { App, Condition } from "../usecases/app.ts";

/** What HTTP may ask an `App`: it only reads. */
export type ReadingApp = Pick<App, "status" | "list" | "show" | "which">;

/** One registry of the controller, to look at. */
export interface ViewedRegistry {
  readonly name: string;
  readonly url: string;
  readonly app: ReadingApp;
  conditions(): readonly (Condition & { readonly lastTransitionTime: string })[];
  /** Why its loop does not get on, or `undefined`. */
  stallReason(): string | undefined;
}

/** What became of a delivery of a webhook. */
export type DeliveryOutcome =
  | "accepted"
  /** Signed, and about nothing that is served. */
  | "ignored"
  | "duplicate"
  | "unsigned"
  | "malformed"
  | "too-large"
  | "busy"
  /** Its sender went away or was too slow. */
  | "broken";

/** Where deliveries lead. Whatever one says, it is only a hint that something may have changed. */
export interface WebhookInbox {
  /** A delivery is believed that one of them signed; without any, none is taken. */
  readonly secrets: readonly string[];
  /** A repository by its number on the host; false when no registry is known to live there. */
  hint(repositoryId: string): boolean;
  count(outcome: DeliveryOutcome): void;
}

/** The controller behind the port. */
export interface HttpView {
  /** Those of now: they come and go with the configuration. */
  readonly registries: readonly ViewedRegistry[];
  readonly webhooks: WebhookInbox;
  /** What is wrong with the configuration as it is now, where an earlier one is still in force. */
  configProblem(): string | undefined;
  readonly metrics: { readonly contentType: string; render(): Promise<string> };
}
