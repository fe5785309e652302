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

/** The controller behind the port. */
export interface HttpView {
  readonly registries: readonly ViewedRegistry[];
  readonly metrics: { readonly contentType: string; render(): Promise<string> };
}
