import { createPublicKey, randomBytes, verify } from "node:crypto";
import { forbidden, notFound, Refusal } from "./answers.ts";
import type { Clock } from "./clock.ts";
import type { AppDraft, PermissionLevel, TeamDraft, UserDraft } from "./double.ts";
import type { Account, App, Repository } from "./model.ts";

/** Who asks, and as what. */
export interface Session {
  readonly kind: "user" | "app" | "installation" | "actions";
  readonly account: Account;
  readonly app: App | undefined;
  /** Of an installation or a workflow: resource to `read`, `write` or `admin`. */
  readonly permissions: Readonly<Record<string, string>>;
  /** Lower case full names that it may reach; absent for users. */
  readonly repositories: ReadonlySet<string> | undefined;
  readonly expiresAt: number | undefined;
}

const ranks: Readonly<Record<string, number>> = {
  none: 0,
  read: 1,
  triage: 2,
  write: 3,
  maintain: 4,
  admin: 5,
};

const hour = 3_600_000;

/** Users, teams, apps and their tokens. */
export class Accounts {
  readonly #clock: Clock;
  readonly #nextId: () => number;
  readonly #byLogin = new Map<string, Account>();
  readonly #tokens = new Map<string, Session>();
  readonly #tokenOf = new Map<string, string>();
  readonly #apps = new Map<number, App>();
  /** GitHub's own, which workflows act as; it has no key of anybody's. */
  #actions: App | undefined;
  readonly #teams = new Map<string, TeamDraft>();

  constructor(clock: Clock, nextId: () => number) {
    this.#clock = clock;
    this.#nextId = nextId;
  }

  add({ login, type = "User", id = this.#nextId() }: UserDraft): Account & { token: string } {
    const account = this.#addAccount({ login, type, id });
    const token = `ghp_${randomBytes(18).toString("hex")}`;
    this.#tokenOf.set(login.toLowerCase(), token);
    this.#tokens.set(token, {
      kind: "user",
      account,
      app: undefined,
      permissions: {},
      repositories: undefined,
      expiresAt: undefined,
    });
    return { ...account, token };
  }

  /** The owner of a repository: a user that is known, or an organization. */
  owner(login: string): Account {
    return (
      this.#byLogin.get(login.toLowerCase()) ??
      this.#addAccount({ login, type: "Organization", id: this.#nextId() })
    );
  }

  find(login: string): Account | undefined {
    return this.#byLogin.get(login.toLowerCase());
  }

  findById(id: number): Account | undefined {
    return [...this.#byLogin.values()].find((account) => account.id === id);
  }

  /** Of the test's own making: an unknown login is a mistake in the test. */
  get(login: string): Account {
    const account = this.find(login);
    if (account === undefined) throw new Error(`no user ${login}`);
    return account;
  }

  tokenOf(login: string): string {
    const token = this.#tokenOf.get(login.toLowerCase());
    if (token === undefined) throw new Error(`no user ${login} with a token`);
    return token;
  }

  addTeam(team: TeamDraft): void {
    this.#teams.set(`${team.org}/${team.slug}`.toLowerCase(), team);
  }

  team(organization: string, slug: string): TeamDraft | undefined {
    return this.#teams.get(`${organization}/${slug}`.toLowerCase());
  }

  teamsOf(organization: string): readonly TeamDraft[] {
    const name = organization.toLowerCase();
    return [...this.#teams.values()].filter(({ org }) => org.toLowerCase() === name);
  }

  isMember(organization: string, account: Account): boolean {
    const login = account.login.toLowerCase();
    return this.teamsOf(organization).some(({ members }) =>
      members.some((member) => member.toLowerCase() === login),
    );
  }

  addApp(draft: AppDraft): App {
    const login = `${draft.slug}[bot]`;
    const app: App = {
      ...draft,
      account: this.find(login) ?? this.#addAccount({ login, type: "Bot", id: this.#nextId() }),
      installationId: this.#nextId(),
      createdAt: this.#clock.now(),
      installedOn: new Set(draft.installedOn.map((name) => name.toLowerCase())),
    };
    this.#apps.set(app.id, app);
    return app;
  }

  app(id: number): App | undefined {
    return id === this.#actions?.id ? this.#actions : this.#apps.get(id);
  }

  appOfLogin(login: string): App | undefined {
    const apps = [...this.#apps.values(), this.#actions];
    return apps.find((app) => app?.account.login === login);
  }

  /** The app whose installation this is. */
  appOfInstallation(id: number): App | undefined {
    return [...this.#apps.values()].find(({ installationId }) => installationId === id);
  }

  installationToken(
    app: App,
    permissions: Readonly<Record<string, string>>,
    repositories: ReadonlySet<string>,
  ): { readonly token: string; readonly expiresAt: Date } {
    const expiresAt = this.#clock.wall() + hour;
    const token = `ghs_${randomBytes(18).toString("hex")}`;
    const { account } = app;
    const session = { kind: "installation", account, app, permissions, repositories } as const;
    this.#tokens.set(token, { ...session, expiresAt });
    return { token, expiresAt: new Date(expiresAt) };
  }

  actionsToken(fullName: string, permissions: Readonly<Record<string, string>>): string {
    const app = this.#actionsApp();
    const { account } = app;
    const token = `ghs_${randomBytes(18).toString("hex")}`;
    this.#tokens.set(token, {
      kind: "actions",
      account,
      app,
      permissions: { metadata: "read", ...permissions },
      repositories: new Set([fullName.toLowerCase()]),
      expiresAt: undefined,
    });
    return token;
  }

  #actionsApp(): App {
    const slug = "github-actions";
    const login = `${slug}[bot]`;
    this.#actions ??= {
      id: 15_368,
      slug,
      account: this.find(login) ?? this.#addAccount({ login, type: "Bot", id: this.#nextId() }),
      publicKey: "",
      permissions: {},
      installationId: this.#nextId(),
      createdAt: this.#clock.now(),
      installedOn: new Set(),
    };
    return this.#actions;
  }

  /** Throws GitHub's 401; `undefined` when nobody is named. */
  authenticate(header: string | undefined): Session | undefined {
    if (header === undefined) return undefined;
    const token = tokenOf(header);
    if (token.split(".").length === 3) return this.#authenticateApp(token);
    const session = this.#tokens.get(token);
    const isExpired = session?.expiresAt !== undefined && session.expiresAt <= this.#clock.wall();
    if (session === undefined || isExpired) throw new Refusal(401, "Bad credentials");
    return session;
  }

  #authenticateApp(jwt: string): Session {
    const [header = "", payload = "", signature = ""] = jwt.split(".");
    const claims = decode(payload);
    const app = this.#apps.get(Number(claims["iss"]));
    if (decode(header)["alg"] !== "RS256" || app === undefined) {
      throw new Refusal(401, "A JSON web token could not be decoded");
    }
    const key = createPublicKey(app.publicKey);
    const signed = Buffer.from(`${header}.${payload}`);
    if (!verify("RSA-SHA256", signed, key, Buffer.from(signature, "base64url"))) {
      throw new Refusal(401, "A JSON web token could not be decoded");
    }
    checkTimes(claims, this.#clock.wall() / 1000);
    const { account, permissions, installedOn } = app;
    const session = { account, app, permissions, repositories: installedOn } as const;
    return { kind: "app", ...session, expiresAt: undefined };
  }

  #addAccount(account: Account): Account {
    this.#byLogin.set(account.login.toLowerCase(), account);
    return account;
  }
}

function tokenOf(header: string): string {
  const [, scheme = "", value = ""] = /^(\S+) +(.*)$/.exec(header) ?? [];
  if (scheme.toLowerCase() !== "basic") return value;
  const [user = "", password = ""] = Buffer.from(value, "base64").toString("utf8").split(/:(.*)/s);
  return password === "" || password === "x-oauth-basic" ? user : password;
}

function decode(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function checkTimes(claims: Readonly<Record<string, unknown>>, now: number): void {
  const issued = Number(claims["iat"]);
  const expires = Number(claims["exp"]);
  if (!(issued <= now + 60)) {
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (!(expires > now)) {
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (expires > now + 660) {
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  }
}

/** What a person may do in a repository. */
export function levelOf(repository: Repository, account: Account): PermissionLevel | "none" {
  if (account.id === repository.owner.id) return "admin";
  const given = repository.permissions.get(account.login.toLowerCase());
  return given ?? (repository.isPrivate ? "none" : "read");
}

export function isAtLeast(level: string, wanted: string): boolean {
  return (ranks[level] ?? 0) >= (ranks[wanted] ?? 0);
}

/** What a route needs: of people a level, of tokens with permissions a resource. */
export interface Need {
  readonly user: PermissionLevel;
  readonly resource: string;
  readonly access: "read" | "write";
}

export function may(session: Session, repository: Repository, need: Need): boolean {
  if (session.kind === "user") return isAtLeast(levelOf(repository, session.account), need.user);
  if (!isIn(session, repository)) return !repository.isPrivate && need.access === "read";
  if (need.resource === "metadata") return true;
  return need.resource
    .split("|")
    .some((resource) => isAtLeast(session.permissions[resource] ?? "none", need.access));
}

export function isIn(session: Session, repository: Repository): boolean {
  return session.repositories?.has(repository.fullName.toLowerCase()) === true;
}

/** Throws 404 for what the asker must not know of, else 403. */
export function requireAccess(session: Session, repository: Repository, need: Need): void {
  if (may(session, repository, need)) return;
  const isSeen =
    !repository.isPrivate ||
    (session.kind === "user"
      ? levelOf(repository, session.account) !== "none"
      : isIn(session, repository));
  if (!isSeen) throw notFound();
  if (session.kind !== "user") throw forbidden("Resource not accessible by integration");
  throw need.user === "admin"
    ? forbidden("Must have admin rights to Repository.")
    : forbidden(`You must have ${need.user} access to ${repository.fullName}.`);
}
