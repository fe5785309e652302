/** A webhook that was sent, or waits to be. */
export interface DoubleDelivery {
  /** `X-GitHub-Delivery` */
  readonly id: string;
  readonly event: string;
  readonly action: string | undefined;
  readonly repository: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly when: Date;
  /** What the receiver answered; absent until then, 0 when it did not. */
  readonly status: number | undefined;
}
