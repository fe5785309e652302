import { createHmac } from "node:crypto";

import { createHttpApp } from "../../../src/http/app.ts";
import type { DeliveryOutcome, HttpView, WebhookInbox } from "../../../src/http/view.ts";
import { FakeTime } from "../../controller/fake-time.ts";

export const secret = "a secret of the host";
export const address = "/webhooks/github";

/** The header as GitHub makes it. */
export function sign(body: string | Uint8Array, key = secret): string {
  return `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
}

/** An inbox of one repository, and what came of everything that was delivered to it. */
export function createInbox(options: { secrets?: readonly string[]; known?: string } = {}) {
  const { secrets = [secret], known = "186853002" } = options;
  const hints: string[] = [];
  const counted = new Map<DeliveryOutcome, number>();
  const inbox: WebhookInbox = {
    secrets,
    hint: (id) => {
      hints.push(id);
      return id === known;
    },
    count: (outcome) => void counted.set(outcome, (counted.get(outcome) ?? 0) + 1),
  };
  return { inbox, hints, outcomes: () => Object.fromEntries(counted) };
}

export function viewWith(webhooks: WebhookInbox): HttpView {
  return {
    registries: [],
    webhooks,
    configProblem: () => undefined,
    metrics: { contentType: "text/plain", render: async () => "" },
  };
}

/** The port, with an inbox behind it. */
export function createReceiver(options: { secrets?: readonly string[]; known?: string } = {}) {
  const time = new FakeTime();
  const inbox = createInbox(options);
  const app = createHttpApp(viewWith(inbox.inbox), { clock: time, hosts: ["localhost"] });
  const post = async (
    body: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Response> => app.request(address, { method: "POST", body, headers });
  return { ...inbox, app, post, time };
}

export function deliveryOf(id: unknown): string {
  return JSON.stringify({ ref: "refs/heads/main", repository: { name: "ml", id } });
}
