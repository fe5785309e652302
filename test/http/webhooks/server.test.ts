import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

import { expect, it, onTestFinished } from "vitest";

import { startHttpServer } from "../../../src/http/node.ts";
import { address, createInbox, deliveryOf, sign, viewWith } from "./webhook-fixture.ts";

const megabyte = 1024 * 1024;

async function startReceiver(requestTimeoutMs?: number) {
  const inbox = createInbox();
  const server = await startHttpServer(
    viewWith(inbox.inbox),
    { host: "127.0.0.1", port: 0 },
    requestTimeoutMs === undefined ? {} : { requestTimeoutMs },
  );
  onTestFinished(async () => server.close());
  return { ...inbox, url: `${server.url}${address}`, port: Number(new URL(server.url).port) };
}

/** A connection that sends what it is told and keeps what it hears. */
async function connect(port: number) {
  const socket = createConnection({ host: "127.0.0.1", port });
  onTestFinished(() => void socket.destroy());
  let heard = "";
  socket.on("data", (chunk) => (heard += chunk.toString("latin1")));
  // A server that has had enough ends the connection while it is being written to.
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await once(socket, "connect");
  return { socket, closed, heard: () => heard };
}

function headOf(headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries({ host: "localhost", ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `POST ${address} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}

/** As fast as it is taken, until it is enough or the other side hangs up. */
async function pour(socket: Socket, chunk: Buffer, times: number): Promise<number> {
  let sent = 0;
  for (; sent < times && !socket.destroyed; sent += 1) {
    if (!socket.write(chunk)) await once(socket, "drain").catch(() => socket.destroy());
  }
  return sent;
}

it("takes deliveries over the network, whatever name it is called by", async () => {
  const { url, hints } = await startReceiver();
  const body = deliveryOf(186853002);
  const headers = { "x-hub-signature-256": sign(body), host: "cairn.contoso.example" };
  const { status } = await fetch(url, { method: "POST", body, headers });

  expect(status).toBe(202);
  expect(hints).toEqual(["186853002"]);
});

it("refuses a body by what its sender says of it, before any of it", async () => {
  const { port, outcomes } = await startReceiver();
  const { socket, closed, heard } = await connect(port);
  socket.write(headOf({ "content-length": 100 * megabyte, "x-hub-signature-256": sign("x") }));
  await closed;

  expect(heard()).toContain("HTTP/1.1 413 ");
  expect(outcomes()).toEqual({ "too-large": 1 });
});

it("stops taking a body that turns out too long, and keeps none of it", async () => {
  const { port, outcomes } = await startReceiver();
  const { socket, closed } = await connect(port);
  const before = process.memoryUsage().rss;
  socket.write(headOf({ "transfer-encoding": "chunked", "x-hub-signature-256": sign("x") }));
  const data = Buffer.alloc(megabyte, "[");
  const chunk = Buffer.concat([
    Buffer.from(`${megabyte.toString(16)}\r\n`),
    data,
    Buffer.from("\r\n"),
  ]);
  const sent = await pour(socket, chunk, 300);
  await closed;

  expect(sent).toBeLessThan(300);
  expect(outcomes()).toEqual({ "too-large": 1 });
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * megabyte);
});

it("takes as much as GitHub sends", async () => {
  const { url, hints } = await startReceiver();
  const padding = "[".repeat(6 * megabyte) + "]".repeat(6 * megabyte);
  const body = `{"deep":${padding},"text":"${"x".repeat(12 * megabyte)}","repository":{"id":186853002}}`;
  const { status } = await fetch(url, {
    method: "POST",
    body,
    headers: { "x-hub-signature-256": sign(body) },
  });

  expect(status).toBe(202);
  expect(hints).toEqual(["186853002"]);
});

it("waits for nobody who sends headers or a body drop by drop", async () => {
  const { port, hints } = await startReceiver(200);
  const body = deliveryOf(5);
  const head = headOf({ "content-length": body.length, "x-hub-signature-256": sign(body) });
  const slow = await Promise.all([connect(port), connect(port), connect(port)]);
  const [first, second, third] = slow;
  first?.socket.write(head.slice(0, 30));
  second?.socket.write(head);
  third?.socket.write(head + body.slice(0, -1));
  await Promise.all(slow.map(({ closed }) => closed));

  expect(hints).toEqual([]);
  expect(first?.heard()).toContain("HTTP/1.1 408 ");
});

it("does not wait for deliveries when it closes", async () => {
  const server = await startHttpServer(viewWith(createInbox().inbox), {
    host: "127.0.0.1",
    port: 0,
  });
  const { socket, closed } = await connect(Number(new URL(server.url).port));
  socket.write(headOf({ "content-length": 10, "x-hub-signature-256": sign("x") }));
  await server.close();
  await closed;
  await expect(fetch(server.url)).rejects.toThrow("fetch failed");
});
