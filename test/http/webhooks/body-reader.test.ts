import { describe, expect, it } from "vitest";

import { BodyReader } from "../../../src/http/webhooks/body-reader.ts";

const limits = { maxBodyBytes: 400_000, smallBytes: 100_000, maxSmallTotalBytes: 300_000 };

function requestOf(chunks: Iterable<Uint8Array>, headers: Record<string, string> = {}): Request {
  const iterator = chunks[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
  const init = { method: "POST", body, headers, duplex: "half" };
  return new Request("http://localhost/", init as RequestInit);
}

function* times(count: number, chunk: Uint8Array): Iterable<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield chunk;
}

/** A body whose sender stops in the middle, until it is told to go on or to go away. */
function slowRequest(first: Uint8Array) {
  let end = (): void => undefined;
  let breakOff = (): void => undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(first);
      end = () => controller.close();
      breakOff = () => controller.error(new Error("gone"));
    },
  });
  const init = { method: "POST", body, duplex: "half" };
  return {
    request: new Request("http://localhost/", init as RequestInit),
    end: () => end(),
    breakOff: () => breakOff(),
  };
}

async function read(reader: BodyReader, request: Request) {
  const seen: Uint8Array[] = [];
  const body = await reader.read(request, (block) => seen.push(block));
  return typeof body === "string"
    ? body
    : { body: Buffer.concat(body), seen: Buffer.concat(seen), blocks: body.length };
}

describe("BodyReader", () => {
  it.each([
    { name: "nothing", chunks: [] },
    { name: "one chunk", chunks: [Buffer.from("abc")] },
    { name: "empty chunks", chunks: [Buffer.alloc(0), Buffer.from("a"), Buffer.alloc(0)] },
    { name: "a chunk longer than a block", chunks: [Buffer.alloc(200_001, "xyz")] },
  ])("reads $name as it was sent", async ({ chunks }) => {
    const answer = await read(new BodyReader(), requestOf(chunks));

    expect(answer).toMatchObject({ body: Buffer.concat(chunks), seen: Buffer.concat(chunks) });
  });

  it("keeps a great many small chunks in few blocks", async () => {
    const answer = await read(new BodyReader(), requestOf(times(100_000, Buffer.of(1))));

    expect(answer).toMatchObject({ blocks: 2 });
  });

  it("stops as soon as the body is too long, wherever it would have ended", async () => {
    let taken = 0;
    function* endless(): Iterable<Uint8Array> {
      for (;;) {
        taken += 1;
        yield Buffer.alloc(1000);
      }
    }
    const reader = new BodyReader(limits);

    expect(await read(reader, requestOf(endless()))).toBe("too-large");
    expect(taken).toBeLessThan(410);
    expect(await read(reader, requestOf(times(400, Buffer.alloc(1000))))).toMatchObject({
      blocks: 7,
    });
  });

  it.each([
    { length: "400000", isTooLarge: false },
    { length: "400001", isTooLarge: true },
    { length: "99999999999999999999", isTooLarge: true },
    { length: "-1", isTooLarge: true },
    { length: "0x10", isTooLarge: true },
  ])("takes the word $length of the sender for it", ({ length, isTooLarge }) => {
    const request = requestOf([], { "content-length": length });

    expect(new BodyReader(limits).isTooLarge(request)).toBe(isTooLarge);
  });

  it("reads one large body at a time, and small ones beside it", async () => {
    const reader = new BodyReader(limits);
    const first = slowRequest(Buffer.alloc(150_000));
    const reading = read(reader, first.request);
    const large = Buffer.alloc(150_000);
    const small = Buffer.alloc(50_000);

    expect(await read(reader, requestOf([large]))).toBe("busy");
    expect(await read(reader, requestOf([small]))).toMatchObject({ body: small });
    first.end();
    expect(await reading).toMatchObject({ blocks: 3 });
    expect(await read(reader, requestOf([large]))).toMatchObject({ body: large });
  });

  it("holds a bounded number of small bodies at once, and forgets those that broke off", async () => {
    const reader = new BodyReader(limits);
    const slow = Array.from({ length: 4 }, () => slowRequest(Buffer.alloc(60_000)));
    const reading = slow.map(({ request }) => read(reader, request));

    expect(await read(reader, requestOf([Buffer.alloc(60_000)]))).toBe("busy");
    for (const { breakOff } of slow) breakOff();
    expect(await Promise.all(reading)).toEqual(["broken", "broken", "broken", "broken"]);
    expect(await read(reader, requestOf([Buffer.alloc(60_000)]))).toMatchObject({ blocks: 1 });
  });
});
