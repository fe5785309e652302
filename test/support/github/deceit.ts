import type { Deliveries } from "./deliveries.ts";
import type { Fault, LateReview, Lies } from "./lies.ts";

interface PlannedFault {
  readonly pattern: RegExp;
  readonly fault: Fault;
  readonly isOnce: boolean;
}

/** What this GitHub was told to lie about. */
export class Deceit implements Lies {
  /** Set when the rest of the world exists. */
  addLateReview: (review: LateReview) => number = () => 0;
  isRebinding = false;
  isRefusingWorkflowTags = false;
  isHidingPullRefs = false;
  isHidingActivity = false;
  isHidingGraphql = false;
  isRefusingCheckRuns = false;

  readonly #deliveries: Deliveries;
  #faults: PlannedFault[] = [];
  #unknownMergeable = 0;
  #noteHanging = () => {};
  #hanging: Promise<void>;

  constructor(deliveries: Deliveries) {
    this.#deliveries = deliveries;
    this.#hanging = this.#nextHanging();
  }

  once(pattern: RegExp, fault: Fault): void {
    this.#faults.push({ pattern, fault, isOnce: true });
  }

  always(pattern: RegExp, fault: Fault): void {
    this.#faults.push({ pattern, fault, isOnce: false });
  }

  heal(): void {
    this.#faults = [];
    this.#unknownMergeable = 0;
    this.isRebinding = false;
    this.isRefusingWorkflowTags = false;
    this.isHidingPullRefs = false;
    this.isHidingActivity = false;
    this.isHidingGraphql = false;
    this.isRefusingCheckRuns = false;
    this.#hanging = this.#nextHanging();
  }

  /** The fault for this request; one that was meant for once is used up. */
  takeFault(request: string): Fault | undefined {
    const found = this.#faults.find(({ pattern }) => pattern.test(request));
    if (found?.isOnce === true) this.#faults = this.#faults.filter((fault) => fault !== found);
    return found?.fault;
  }

  noteHanging(): void {
    this.#noteHanging();
  }

  async whenHanging(): Promise<void> {
    return this.#hanging;
  }

  async withoutWebhooks<T>(act: () => Promise<T>): Promise<T> {
    return this.#deliveries.silently(act);
  }

  holdWebhooks(): void {
    this.#deliveries.hold();
  }

  releaseWebhooks(...choose: Parameters<Lies["releaseWebhooks"]>): void {
    this.#deliveries.release(...choose);
  }

  lateReview(review: LateReview): number {
    return this.addLateReview(review);
  }

  rebindApprovals(on = true): void {
    this.isRebinding = on;
  }

  refuseWorkflowTags(on = true): void {
    this.isRefusingWorkflowTags = on;
  }

  hidePullRefs(on = true): void {
    this.isHidingPullRefs = on;
  }

  hideActivity(on = true): void {
    this.isHidingActivity = on;
  }

  hideGraphql(on = true): void {
    this.isHidingGraphql = on;
  }

  refuseCheckRuns(on = true): void {
    this.isRefusingCheckRuns = on;
  }

  mergeableUnknown(times: number): void {
    this.#unknownMergeable = times;
  }

  /** Whether this answer is one of those without `mergeable`. */
  takeUnknownMergeable(): boolean {
    if (this.#unknownMergeable === 0) return false;
    this.#unknownMergeable -= 1;
    return true;
  }

  async #nextHanging(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#noteHanging = resolve;
    });
  }
}
