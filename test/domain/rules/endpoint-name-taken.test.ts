import { expect, it } from "vitest";

import { findingsOf } from "../../support/registry-files.ts";

const endpoint = (name: string): string => `name: ${name}\nauth_mode: key\n`;
const deployment = (name: string, of: string): string =>
  `name: ${name}\nendpoint_name: ${of}\ninstance_type: x\n`;

it.each([
  {
    name: "two endpoints of one name, whatever its case",
    files: {
      "endpoints/a/endpoint.yaml": endpoint("one-end"),
      "endpoints/b/endpoint.yaml": endpoint("One-end"),
    },
    expected: ["endpoints/a/endpoint.yaml:1:7", "endpoints/b/endpoint.yaml:1:7"],
  },
  {
    name: "two deployments of one name and endpoint",
    files: {
      "endpoints/a/endpoint.yaml": endpoint("one-end"),
      "endpoints/a/blue.yaml": deployment("blue", "one-end"),
      "endpoints/a/green.yaml": deployment("blue", "one-end"),
    },
    expected: ["endpoints/a/blue.yaml:1:7", "endpoints/a/green.yaml:1:7"],
  },
  {
    name: "one name for deployments of two endpoints",
    files: {
      "endpoints/a/endpoint.yaml": endpoint("one-end"),
      "endpoints/b/endpoint.yaml": endpoint("other-end"),
      "endpoints/a/blue.yaml": deployment("blue", "one-end"),
      "endpoints/b/blue.yaml": deployment("blue", "other-end"),
    },
    expected: [],
  },
])("$name", async ({ files, expected }) => {
  const found = await findingsOf(files);
  expect(found.filter((finding) => finding.startsWith("endpoint-name-taken "))).toEqual(
    expected.map((place) => `endpoint-name-taken ${place}`),
  );
});
