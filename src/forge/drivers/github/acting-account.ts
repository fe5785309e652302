import type { Account } from "../../../domain/pull-request.ts";
import type { GitHubClient } from "./api.ts";
import { isRefusal } from "./refusal.ts";
import { readAccount, readFields } from "./shapes.ts";

interface Ways {
  readonly client: Pick<GitHubClient, "get" | "graphql">;
  readonly asApp: (route: string) => Promise<unknown>;
}

/** Whom GitHub names as the author of what is done with these credentials. */
export async function readWhoActs(
  type: "app" | "token",
  { client, asApp }: Ways,
  signal: AbortSignal | undefined,
): Promise<Account> {
  if (type === "app") {
    // https://docs.github.com/rest/apps/apps#get-the-authenticated-app
    const app = readFields(await asApp("GET /app"), "the App");
    return { login: `${app.string("slug")}[bot]`, isBot: true };
  }
  const options = { essential: true, signal };
  try {
    // https://docs.github.com/rest/users/users#get-the-authenticated-user
    return readAccount(await client.get("GET /user", {}, options), "the token's account");
  } catch (error) {
    if (!isRefusal(error, [403, 404])) throw error;
    return readViewer(client, options);
  }
}

/** The token of an installation, as GitHub Actions has one, is nobody's: GraphQL still names it. */
async function readViewer(
  client: Pick<GitHubClient, "graphql">,
  options: { readonly essential: boolean; readonly signal: AbortSignal | undefined },
): Promise<Account> {
  try {
    const data = await client.graphql("query { viewer { __typename login } }", {}, options);
    const { login = "" } = readAccount(readFields(data, "who acts").required("viewer"), "who acts");
    return { login: login.endsWith("[bot]") ? login : `${login}[bot]`, isBot: true };
  } catch (error) {
    if (!isRefusal(error, [200, 401, 403, 404])) throw error;
    return { login: "github-actions[bot]", isBot: true };
  }
}
