import { createHmac, randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import type { Clock } from "./clock.ts";
import type { DoubleDelivery } from "./delivery.ts";
import type { Json, Repository, Webhook } from "./model.ts";

type Sent = { -readonly [Key in keyof DoubleDelivery]: DoubleDelivery[Key] };

const atOnce = 8;
const timeoutMs = 10_000;

/** Sends webhooks, in order of their events as far as several at once allow. */
export class Deliveries {
  readonly all: Sent[] = [];
  readonly #clock: Clock;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  readonly #waiting: Sent[] = [];
  readonly #held: Sent[] = [];
  #isHolding = false;
  #silent = 0;
  #running = 0;
  #noteSettled: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells everybody who asked for this event; `payload` is made only if there is somebody. */
  async tell(
    repository: Repository,
    event: string,
    payload: () => Promise<Json> | Json,
  ): Promise<void> {
    if (this.#silent > 0) return;
    const asked = repository.webhooks.filter(({ events }) => events?.has(event) !== false);
    if (asked.length === 0) return;
    const made = await payload();
    for (const webhook of asked) this.tellOne(webhook, repository, event, made);
  }

  tellOne(webhook: Webhook, repository: Repository, event: string, payload: Json): void {
    const body = JSON.stringify(payload);
    const id = randomUUID();
    const action = payload["action"];
    const delivery: Sent = {
      id,
      event,
      action: typeof action === "string" ? action : undefined,
      repository: repository.fullName,
      url: webhook.url,
      headers: headersOf({ id, event, webhook, repository, body }),
      body,
      when: this.#clock.now(),
      status: undefined,
    };
    this.all.push(delivery);
    if (this.#isHolding) this.#held.push(delivery);
    else this.#enqueue([delivery]);
  }

  async silently<T>(act: () => Promise<T>): Promise<T> {
    this.#silent += 1;
    try {
      return await act();
    } finally {
      this.#silent -= 1;
    }
  }

  hold(): void {
    this.#isHolding = true;
  }

  release(choose?: (held: readonly DoubleDelivery[]) => readonly DoubleDelivery[]): void {
    this.#isHolding = false;
    const held = this.#held.splice(0);
    this.#enqueue(choose?.(held) ?? held);
  }

  async settled(): Promise<void> {
    if (this.#running === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#noteSettled.push(resolve));
  }

  close(): void {
    this.#waiting.length = 0;
    this.#agent.destroy();
  }

  #enqueue(deliveries: readonly Sent[]): void {
    this.#waiting.push(...deliveries);
    while (this.#running < atOnce && this.#waiting.length > 0) void this.#work();
  }

  async #work(): Promise<void> {
    this.#running += 1;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.status = await this.#send(next);
    }
    this.#running -= 1;
    if (this.#running > 0) return;
    for (const note of this.#noteSettled.splice(0)) note();
  }

  async #send({ url, headers, body }: Sent): Promise<number> {
    return new Promise((resolve) => {
      const options = { method: "POST", headers, agent: this.#agent, timeout: timeoutMs };
      const sending = request(url, options, (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode ?? 0));
        answer.on("error", () => resolve(0));
      });
      sending.on("timeout", () => sending.destroy());
      sending.on("error", () => resolve(0));
      sending.end(body);
    });
  }
}

function headersOf(delivery: {
  readonly id: string;
  readonly event: string;
  readonly webhook: Webhook;
  readonly repository: Repository;
  readonly body: string;
}): Readonly<Record<string, string>> {
  const { id, event, webhook, repository, body } = delivery;
  const signature = (algorithm: string) =>
    `${algorithm}=${createHmac(algorithm, webhook.secret).update(body).digest("hex")}`;
  return {
    accept: "*/*",
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": "GitHub-Hookshot/044aadd",
    "x-github-delivery": id,
    "x-github-event": event,
    "x-github-hook-id": String(webhook.id),
    "x-github-hook-installation-target-id": String(repository.id),
    "x-github-hook-installation-target-type": "repository",
    "x-hub-signature": signature("sha1"),
    "x-hub-signature-256": signature("sha256"),
  };
}
