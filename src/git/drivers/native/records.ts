import { objectTooLarge } from "../../errors.ts";

/** Cuts a stream into what stands before each NUL. Rejects when one piece is longer than the bound. */
export async function* splitAtNul(
  stream: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const last = chunk.subarray(start, end);
      if (size + last.length > maxBytes) throw objectTooLarge("A record", maxBytes);
      yield parts.length === 0 ? last : Buffer.concat([...parts, last]);
      parts = [];
      size = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > maxBytes) throw objectTooLarge("A record", maxBytes);
  }
  if (size > 0) yield Buffer.concat(parts);
}
