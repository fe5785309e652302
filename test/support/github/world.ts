import type { Accounts } from "./accounts.ts";
import type { Clock } from "./clock.ts";
import type { Deceit } from "./deceit.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Repositories } from "./repositories.ts";

/** All that this GitHub knows. */
export interface World {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly repositories: Repositories;
  readonly deliveries: Deliveries;
  readonly deceit: Deceit;
  /** Ids grow over all kinds of things. */
  nextId(): number;
}
