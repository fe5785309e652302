import { afterAll, beforeAll, expect, it } from "vitest";

import {
  copyTemplate,
  createPromotionTemplate,
  deeds,
  removeTemplate,
} from "../support/promotion-fixture.ts";

let template: string;
beforeAll(async () => {
  template = await createPromotionTemplate();
});
afterAll(() => removeTemplate(template));

const accept = `accept:
  - { rule: version-scheme, path: models/new/model.yaml, reason: trust me, until: "2999-12-31" }
  - { rule: schema, path: models/new/model.yaml, reason: trust me, until: "2999-12-31" }
severity:
  - { rule: schema, level: none }
`;
const broken = {
  "models/new/model.yaml": "name: new\ntype: no_such_type\npath: ./weights.bin\n",
  "models/new/weights.bin": "new\n",
} as const;

it("a change does not accept what it breaks: what counts is the policy in force", async () => {
  const fixture = await copyTemplate(template);
  const app = await fixture.open();
  const settings = `${await fixture.show("registry.yaml")}${accept}`;

  // Its own registry.yaml would make the findings go away, and is itself what nobody allowed.
  await fixture.branch("trust-me", { ...broken, "registry.yaml": settings });
  const check = await app.check({});
  expect(check).toMatchObject({ outcome: "failed", policy: { outcome: "failed" }, versions: [] });
  expect(check.findings).toContainEqual(
    expect.objectContaining({ rule: "schema", severity: "error", path: "models/new/model.yaml" }),
  );
  expect(check.findings.filter(({ accepted }) => accepted !== undefined)).toEqual([]);

  await fixture.push("Trust me", { ...broken, "registry.yaml": settings });
  const { done } = await app.apply();
  expect(deeds(done).some((deed) => deed.includes("models/new"))).toBe(false);
  expect(await fixture.ledger()).toEqual(
    expect.not.arrayContaining([expect.stringContaining("models/new")]),
  );
});

it("once its owners took the acceptance, it counts", async () => {
  const fixture = await copyTemplate(template);
  const app = await fixture.open();
  const settings = `${await fixture.show("registry.yaml")}${accept}`;
  await fixture.push("Accept it", { "registry.yaml": settings });
  await app.apply();
  await app.policyAccept({ by: "cy", reason: "agreed" });

  await fixture.push("Add it", broken);
  const { done } = await app.apply();
  expect(deeds(done)).toContain("publish models/new 1");
});
