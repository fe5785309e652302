import { expect, it } from "vitest";

import { findSecrets } from "../../src/domain/find-secrets.ts";

const key = "AKIAIOSFODNN7EXAMPLE";

it.each([
  { name: "a list", value: { tags: Array.from({ length: 100 }, () => key) } },
  { name: "lists in a list", value: { tags: Array.from({ length: 100 }, () => [key]) } },
  {
    name: "an object",
    value: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, key])),
  },
])("stops after twenty of $name", ({ value }) => {
  expect(findSecrets(value)).toHaveLength(20);
});
