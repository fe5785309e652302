import * as fc from "fast-check";
import { expect, it } from "vitest";
import { redact } from "../../src/shared/redact.ts";

const canary = "c4n4ry5ecretc4n4ry5ecret";

it.each([
  { name: "user and password of a URL", text: `https://ann:${canary}@github.com/x` },
  { name: "a token as user", text: `https://${canary}@github.com/x` },
  { name: "a token as password of nobody", text: `https://:${canary}@github.com/x` },
  { name: "a scheme with a plus", text: `git+https://ann:${canary}@h/x` },
  { name: "a scheme in capitals", text: `HTTPS://ann:${canary}@h` },
  { name: "a database", text: `connect to postgres://cairn:${canary}@db:5432/cairn failed` },
  { name: "a password that holds an at sign", text: `https://ann:p@${canary}@h/x` },
  { name: "a very long password", text: `https://ann:${"x".repeat(2000)}${canary}@h/x` },
  { name: "two URLs", text: `https://a:b@h/ https://ann:${canary}@h/x` },
  { name: "a bearer header", text: `Authorization: Bearer ${canary}` },
  {
    name: "a basic header as git prints it",
    text: `http.extraheader=AUTHORIZATION: basic ${canary}`,
  },
  { name: "a token header", text: `authorization:token ${canary}` },
  { name: "a header in JSON", text: `{"authorization":"Bearer ${canary}"}` },
  { name: "a header in an object", text: `{ authorization: 'Bearer ${canary}' }` },
  { name: "a bearer token alone", text: `sent Bearer ${canary}` },
  { name: "a personal token", text: `remote: ghp_${canary} is revoked` },
  { name: "an app's token", text: `ghs_${canary}` },
  { name: "an over-long token", text: `ghs_${"x".repeat(400)}${canary}` },
  { name: "a fine-grained token", text: `github_pat_11AAAAAAA0_${canary}` },
])("hides $name", ({ text }) => {
  expect(redact(text)).not.toContain(canary);
});

it.each([
  { name: "a URL without credentials", text: "https://github.com/contoso/ml" },
  { name: "an address in a path", text: "https://github.com/contoso/ml@v1" },
  { name: "a mail address", text: "Ann <ann@contoso.example>" },
  { name: "an ssh remote", text: "git@github.com:contoso/ml.git" },
  { name: "words about tokens", text: "the bearer token is missing" },
  { name: "short words like tokens", text: "ghp_x" },
  { name: "lines and tabs", text: "a\n\tb" },
  { name: "other scripts", text: "número 模型 😀" },
])("keeps $name", ({ text }) => {
  expect(redact(text)).toBe(text);
});

it.each([
  ["NUL", "\u0000"],
  ["escape", "\u001b"],
  ["carriage return", "\r"],
  ["vertical tab", "\u000b"],
  ["delete", "\u007f"],
  ["C1 CSI", "\u009b"],
  ["line separator", "\u2028"],
  ["paragraph separator", "\u2029"],
  ["left-to-right mark", "\u200e"],
  ["right-to-left mark", "\u200f"],
  ["Arabic letter mark", "\u061c"],
  ["right-to-left override", "\u202e"],
  ["isolate", "\u2066"],
  ["pop isolate", "\u2069"],
])("shows %s as a replacement character", (_, character) => {
  expect(redact(`a${character}b`)).toBe("a\ufffdb");
});

it("does not change what is redacted already", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(redact(redact(text))).toBe(redact(text));
    }),
  );
});

it("takes no longer on hostile text", () => {
  const started = performance.now();
  for (const part of ["a", "a://", "a+", "://", "authorization: ", "ghp_", "bearer "]) {
    redact(part.repeat(50_000));
  }
  expect(performance.now() - started).toBeLessThan(5000);
});
