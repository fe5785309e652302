import { expect, it } from "vitest";
import { approvalsOf } from "../../../src/domain/promotion/approvals.ts";
import type { Account, PullRequest, Push, Review } from "../../../src/domain/pull-request.ts";
import { access, person } from "./builders.ts";

const head = "c".repeat(40);
const key = "ssh-ed25519 AAAA";
const people = [
  ...["bo", "dee"].map((id) => person(id, { signingKeys: [`${key}${id}`] })),
  person("eli"),
];
const signed = (id: string): Account => ({ login: `${id}-contoso`, signingKey: `${key}${id}` });
const by = signed("dee");
const dee: Account = { name: "Dee", email: "dee@contoso.example" };
const push: Push = { head, by: dee, at: "2026-03-04T08:00:00Z" };
const pushes = [{ ...push, by }];
const review: Review = {
  id: "bo",
  by: signed("bo"),
  verdict: "approved",
  commit: head,
  at: "2026-03-04T09:00:00Z",
  body: "",
};

const unsignedHead =
  "bo approved a head that was pushed without a key of policies/access.yaml: push it with cairn pr open";

type Options = Pick<PullRequest, "author" | "pushes">;

/** What Bo's signed approval of Dee's commit counts for. */
function wordsOf(options: Options): readonly string[] {
  return approvalsOf({
    pullRequest: { openedAt: "2026-03-04T07:00:00Z", head, reviews: [review], ...options },
    commits: [{ author: dee, committer: dee, message: "Better recall" }],
    access: access({ people }),
    asset: "models/taxi-fare",
    now: "2026-03-04T10:00:00Z",
    endedAt: undefined,
    subjectOf: () => ({ outcome: "same" }),
  })
    .filter(({ isImplied }) => !isImplied)
    .map(({ person: who, verdict, problem }) => problem ?? `${who} ${verdict}`);
}

it.each<{ name: string; options: Options; words: string[] }>([
  { name: "a known author and pusher", options: { author: by, pushes }, words: ["bo approved"] },
  {
    name: "an author without a signature",
    options: { author: { login: "dee-contoso" }, pushes },
    words: ["bo approved what dee-contoso proposed without a key of policies/access.yaml"],
  },
  {
    name: "an author whom the policy has without a key, and who can be anybody",
    options: { author: { login: "eli-contoso" }, pushes },
    words: ["bo approved what eli-contoso proposed without a key of policies/access.yaml"],
  },
  {
    name: "a last push by somebody without a key",
    options: { author: by, pushes: [...pushes, { ...push, by: { login: "eli-contoso" } }] },
    words: [unsignedHead],
  },
  {
    name: "a program without a key",
    options: { author: { name: "Cairn", isBot: true }, pushes },
    words: ["bo approved what Cairn proposed without a key of policies/access.yaml"],
  },
  {
    name: "a last push by nobody",
    options: { author: by, pushes: [...pushes, { ...push, by: undefined, at: undefined }] },
    words: [unsignedHead],
  },
  {
    name: "a last push without a signature",
    options: { author: by, pushes: [...pushes, push] },
    words: [unsignedHead],
  },
  {
    name: "an earlier push by nobody",
    options: { author: by, pushes: [{ ...push, by: undefined }, ...pushes] },
    words: ["bo approved"],
  },
  {
    name: "no push that the host knows",
    options: { author: by, pushes: [] },
    words: [unsignedHead],
  },
])("where people sign: $name", ({ options, words }) => {
  expect(wordsOf(options)).toEqual(words);
});
