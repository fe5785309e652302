import { describe, expect, it } from "vitest";
import type { Account } from "../../../src/domain/pull-request.ts";
import { accountUnknown } from "../../../src/usecases/promote/errors.ts";
import { actingAccount, isAutomatic, ownAccount } from "../../../src/usecases/promote/who.ts";
import { access, person } from "../../domain/promotion/builders.ts";

const app: Account = { login: "cairn[bot]", isBot: true };
const git: Account = { name: "Ann at home", email: "ann@contoso.example" };

/** A host that decides by credentials, or by what it is told. */
function session(given: Account | undefined, configured: Account | "nobody" = git) {
  return {
    forge: { account: async () => given },
    gitAccount: async () => {
      if (configured === "nobody") throw accountUnknown();
      return configured;
    },
  };
}

describe("who acts on a host with accounts", () => {
  it.each<{ name: string; given: Account; configured?: Account | "nobody"; acts: Account }>([
    {
      name: "the account, with Git's name and address where that is the same person",
      given: { login: "Ann-Contoso" },
      acts: { login: "Ann-Contoso", name: "Ann at home", email: "ann@contoso.example" },
    },
    {
      name: "the account alone where Git is somebody else",
      given: { login: "bo-contoso" },
      acts: {
        login: "bo-contoso",
        name: "bo-contoso",
        email: "bo-contoso@users.noreply.github.com",
      },
    },
    {
      name: "the account alone where Git is nobody",
      given: { login: "ann-contoso" },
      configured: "nobody",
      acts: {
        login: "ann-contoso",
        name: "ann-contoso",
        email: "ann-contoso@users.noreply.github.com",
      },
    },
    {
      name: "the account alone where the policy knows neither",
      given: { login: "eve", name: "Eve", email: "eve@elsewhere.example" },
      configured: { name: "Eve", email: "eve@home.example" },
      acts: { login: "eve", name: "Eve", email: "eve@elsewhere.example" },
    },
    {
      name: "a program, which is no person",
      given: app,
      acts: { ...app, name: "cairn[bot]", email: "cairn[bot]@users.noreply.github.com" },
    },
  ])("is $name", async ({ given, configured, acts }) => {
    const host = session(given, configured);
    expect(await actingAccount(host, undefined, access())).toEqual(acts);
  });

  it.each(["ann", "Ann <ann@contoso.example>", "ann-contoso"])(
    "is nobody else: --as %s",
    async (as) => {
      await expect(
        actingAccount(session({ login: "ann-contoso" }), as, access()),
      ).rejects.toMatchObject({ code: "ACCOUNT_GIVEN", message: /as ann-contoso/ });
    },
  );

  it("is as before on a host that is told", async () => {
    const local = session(undefined);
    expect(await actingAccount(local, undefined, access())).toEqual(git);
    expect(await actingAccount(local, "bo", access())).toMatchObject({ login: "bo-contoso" });
    await expect(
      actingAccount(local, "Cairn <cairn@cairn.invalid>", access()),
    ).rejects.toMatchObject({ code: "ACCOUNT_RESERVED" });
  });

  it("fails with Git's trouble", async () => {
    const people = access({ people: [person("ann")] });
    const broken = {
      ...session({ login: "ann-contoso" }),
      gitAccount: () => Promise.reject(new Error("broken")),
    };
    await expect(actingAccount(broken, undefined, people)).rejects.toThrow("broken");
  });
});

describe("what Cairn opened by itself", () => {
  const branch = "cairn/automatic-taxi-fare-prod-0123456789";
  const own: Account = { name: "Cairn", email: "cairn@cairn.invalid" };

  it.each<{
    name: string;
    given: Account | undefined;
    author: Account;
    branch?: string;
    fork?: string;
    is: boolean;
  }>([
    { name: "its own account", given: app, author: app, is: true },
    {
      name: "the account whose token it has",
      given: { login: "ann-contoso" },
      author: { login: "Ann-Contoso" },
      is: true,
    },
    {
      name: "what a person had that account open",
      given: app,
      author: app,
      branch: "cairn/rollback-taxi-fare-prod-0123456789",
      is: false,
    },
    { name: "somebody with a branch like it", given: app, author: { login: "eve" }, is: false },
    { name: "somebody with its name", given: app, author: own, is: false },
    { name: "nobody any more", given: app, author: {}, is: false },
    { name: "a fork", given: app, author: app, fork: "eve/ml-registry", is: false },
    { name: "its name where the host is told", given: undefined, author: own, is: true },
    { name: "any name where the host is told", given: undefined, author: git, is: false },
  ])("$name: $is", ({ given, author, is, ...rest }) => {
    expect(isAutomatic({ author, branch, ...rest }, given)).toBe(is);
  });

  it("is opened as the account of the host, or under a reserved name", async () => {
    expect(await ownAccount({ account: async () => app })).toEqual({
      ...app,
      name: "cairn[bot]",
      email: "cairn[bot]@users.noreply.github.com",
    });
    expect(await ownAccount({ account: async () => undefined })).toMatchObject({
      email: "cairn@cairn.invalid",
      isBot: true,
    });
  });
});
