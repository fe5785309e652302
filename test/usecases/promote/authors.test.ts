import { describe } from "vitest";
import { pullRequestHead } from "../../support/memory-forge.ts";
import type { RegistrySpec } from "../reconcile/world.ts";
import { people, prodRule, toProd, type PromotionWorld } from "./promotion-world.ts";
import { playEach, type Row } from "./rows.ts";

const accepted = ["accepted prod models/a 2"];
const blocked = ["blocked prod models/a 2"];

interface Case extends Partial<Row> {
  readonly name: string;
  readonly by?: Parameters<PromotionWorld["propose"]>[1];
  readonly reviews?: (world: PromotionWorld, number: number) => Promise<unknown>;
}

/** A promotion of version 2, with what happens between the proposal and the merge. */
function rowOf({ name, by, reviews, ...row }: Case): Row {
  const isBlocked = row.says !== undefined;
  return {
    name,
    act: async (world) => {
      const number = await world.propose(toProd("2"), by);
      await reviews?.(world, number);
      await world.merge(number);
    },
    events: isBlocked ? blocked : accepted,
    runs: isBlocked ? undefined : "2",
    ...row,
  };
}

describe("who approves", () => {
  playEach(rowOf, [
    {
      name: "somebody else",
      reviews: (world, number) => world.review(number, people.bo),
    },
    { name: "nobody", says: ["0 of 1 approvals", "somebody of leads"] },
    {
      name: "the author",
      reviews: (world, number) => world.review(number, people.ann),
      says: "ann is the author",
    },
    {
      name: "the author under another address",
      reviews: (world, number) => world.review(number, people.annAtHome),
      says: "ann is the author",
    },
    {
      name: "the author, having written the commit under another address",
      by: { by: people.annAtHome },
      reviews: (world, number) => world.review(number, people.ann),
      says: "ann is the author",
    },
    {
      name: "somebody nobody knows",
      reviews: (world, number) => world.review(number, people.stranger),
      says: "somebody <somebody@elsewhere.example> is not in policies/access.yaml",
    },
    {
      name: "somebody without the role",
      reviews: (world, number) => world.review(number, people.eve),
      says: "eve is none of leads",
    },
    {
      name: "a program in the name of a lead",
      reviews: (world, number) => world.review(number, { ...people.bo, isBot: true }),
      says: "is a program",
    },
    {
      name: "a co-author",
      by: { message: "change\n\nCo-authored-by: Bo <BO@contoso.example>" },
      reviews: (world, number) => world.review(number, people.bo),
      says: "bo is the author",
    },
    {
      name: "the committer",
      by: { committer: people.bo },
      reviews: (world, number) => world.review(number, people.bo),
      says: "bo is the author",
    },
    {
      name: "who wrote the commit that another one proposes",
      by: { author: people.bo },
      reviews: (world, number) => world.review(number, people.bo),
      says: "bo is the author",
    },
    {
      name: "the requester of what another one wrote",
      by: { by: people.bo, author: people.ann },
      reviews: (world, number) => world.review(number, people.bo),
      says: "bo is the author",
    },
    {
      name: "the last pusher",
      reviews: async (world, number) => {
        await world.push(number, { "notes.md": "{}" }, { by: people.bo, author: people.ann });
        await world.review(number, people.bo);
      },
      says: "bo is the author",
    },
    {
      name: "a pusher of an earlier head",
      reviews: async (world, number) => {
        await world.push(number, { "notes.md": "{}" }, { by: people.bo, author: people.ann });
        await world.push(number, { "notes.md": "[]" });
        await world.review(number, people.bo);
      },
      says: "bo is the author",
    },
    {
      name: "one person twice, where two are asked for",
      spec: { rules: [prodRule({ approvals: { count: 2 } })] },
      by: { by: people.bo },
      reviews: async (world, number) => {
        await world.review(number, people.ann);
        await world.review(number, people.annAtHome);
      },
      says: "1 of 2 approvals (ann)",
    },
    {
      name: "somebody who pushes to it afterwards",
      reviews: async (world, number) => {
        await world.review(number, people.bo);
        await world.push(number, { "notes.md": "{}" }, { by: people.bo, author: people.ann });
      },
      says: "bo is the author",
    },
    {
      name: "somebody else beside the author",
      reviews: async (world, number) => {
        await world.review(number, people.ann);
        await world.review(number, people.bo);
      },
    },
  ]);
});

describe("the author's own wish, where a rule allows it", () => {
  const spec = { rules: [prodRule({ approvals: { count: 1, author: "allowed" } })] };
  playEach(rowOf, [
    { name: "is enough", spec },
    { name: "is one approval, not two", spec: rules({ count: 2 }), says: "1 of 2 approvals" },
    {
      name: "is not that of somebody who may not approve",
      spec,
      by: { by: people.eve },
      says: "eve may not approve models/a",
    },
    {
      name: "is not known when somebody unknown pushed",
      spec,
      reviews: async (world, number) => {
        const pushed = world.commit({ "notes.md": "{}" }, { on: await world.headOf(number) });
        world.remote.refs.set(pullRequestHead(number), pushed);
      },
      says: "0 of 1 approvals",
    },
    {
      name: "is not that of somebody who only pushed another's work",
      spec,
      by: { author: people.bo },
      says: "0 of 1 approvals",
    },
    {
      name: "ends when the author asks for changes",
      spec,
      reviews: (world, number) =>
        world.review(number, people.ann, { verdict: "changes-requested" }),
      says: "ann asked for changes",
    },
  ]);
});

function rules({ count }: { readonly count: number }): Pick<RegistrySpec, "rules"> {
  return { rules: [prodRule({ approvals: { count, author: "allowed" } })] };
}
