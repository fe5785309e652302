import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { expect, it } from "vitest";
import { listenForTest } from "../support/local-server.ts";
import { octoReg, openScene } from "./open.ts";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function receive(): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(202).end();
    });
  });
  return { url: `${await listenForTest(server)}/hook`, received };
}

const secret = "it's a secret";

it("are sent for what happens, signed, to those who asked", async () => {
  const { url, received } = await receive();
  const { github, push, propose } = await openScene();
  github.addWebhook({ repository: "octo/reg", url, secret });
  const events = ["pull_request_review"];
  github.addWebhook({ repository: "octo/reg", url: `${url}/reviews`, secret, events });
  const number = await propose("topic", { a: "1" });
  const bob = github.client("bob");
  const issue = { ...octoReg, issue_number: number };
  await bob.rest.issues.addLabels({ ...issue, labels: ["prod"] });
  await bob.rest.pulls.createReview({ ...octoReg, pull_number: number, event: "APPROVE" });
  await bob.rest.issues.createComment({ ...issue, body: "hi" });
  await bob.rest.pulls.merge({ ...octoReg, pull_number: number });
  await push("ann", "--delete", "topic");
  await github.settled();
  const told = github.deliveries
    .filter((delivery) => delivery.url === url)
    .map(({ event, action }) => (action === undefined ? event : `${event} ${action}`));
  expect(told).toEqual([
    "ping",
    "push",
    "create",
    "pull_request opened",
    "pull_request labeled",
    "pull_request_review submitted",
    "issue_comment created",
    "pull_request closed",
    "push",
    "push",
    "delete",
  ]);
  expect(received).toHaveLength(told.length + 2);
  for (const { headers, body } of received) {
    const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    expect(headers["x-hub-signature-256"]).toBe(signature);
    expect(headers["x-github-delivery"]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  }
  expect(github.deliveries.every(({ status }) => status === 202)).toBe(true);
});

it("can be left out, held back, doubled and shuffled", async () => {
  const { url, received } = await receive();
  const { github, propose } = await openScene();
  const number = await propose("topic", { a: "1" });
  github.addWebhook({ repository: "octo/reg", url, secret, events: ["issue_comment"] });
  await github.settled();
  const comment = { ...octoReg, issue_number: number };
  const say = async (body: string) =>
    github.client("ann").rest.issues.createComment({ ...comment, body });
  await github.lies.withoutWebhooks(async () => say("unheard"));
  github.lies.holdWebhooks();
  for (const body of ["one", "two"]) await say(body);
  await github.settled();
  expect(received).toHaveLength(1);
  github.lies.releaseWebhooks((held) => [...held.toReversed(), ...held]);
  await github.settled();
  const bodies = received
    .slice(1)
    .map(({ body }) => (JSON.parse(body) as { comment: { body: string } }).comment.body);
  expect(bodies.sort()).toEqual(["one", "one", "two", "two"]);
});

it("tell of merge groups and check runs", async () => {
  const { url } = await receive();
  const { github, propose } = await openScene();
  const number = await propose("topic", { a: "1" });
  github.addWebhook({ repository: "octo/reg", url, secret, events: ["merge_group"] });
  const { head } = await github.enqueue("octo/reg", number);
  await github.settled();
  const body = JSON.parse(github.deliveries.at(-1)?.body ?? "{}") as {
    merge_group: { head_sha: string };
  };
  expect(body).toMatchObject({ action: "checks_requested" });
  expect(body.merge_group.head_sha).toBe(head);
});
