import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { CairnError } from "../../../shared/errors.ts";
import {
  commandFailed,
  notARepository,
  remoteBroken,
  remoteDenied,
  remoteUnavailable,
  urlRefused,
} from "../../errors.ts";

/** Where a mirror's truth is, and what a command needs to get there. */
export interface Remote {
  /** The name to use on the command line: the address itself may hold a secret. */
  readonly name: string;
  /** Without credentials: for the disk and for messages. */
  readonly address: string;
  /** For the environment of one command that talks to it. */
  configuration(signal?: AbortSignal): Promise<Configuration>;
}

type Configuration = Readonly<Record<string, string>>;

/** Who Cairn is to a remote right now; `undefined` leaves that to Git's own configuration. */
export type RemoteLogin = (
  signal?: AbortSignal,
) => Promise<{ readonly username: string; readonly password: string } | undefined>;

const name = "cairn-remote";

/**
 * Accepts a path, `file://`, `http(s)://`, `ssh://` and `user@host:path`. `login` is for http(s)
 * without a password in the URL. Throws `GIT_URL_REFUSED`.
 */
export function toRemote(url: string, login?: RemoteLogin): Remote {
  if (/^$|^-|^\s|\s$|\p{Cc}/u.test(url)) {
    throw urlRefused("it is empty, starts with a dash, or has white space or control characters.");
  }
  switch (/^([a-z][a-z0-9+.-]*)(?::\/\/|::)/i.exec(url)?.[1]?.toLowerCase()) {
    case undefined:
      return toPlainRemote(/^[^/:]+:/.test(url) && !existsSync(url) ? url : resolve(url));
    case "http":
    case "https":
      return toHttpRemote(url, login);
    case "ssh":
      return toPlainRemote(url.replace(/^(ssh:\/\/[^/@:]*):[^/@]*@/i, "$1@"));
    case "file":
      return toPlainRemote(url);
    default:
      throw urlRefused("its scheme is not one of https, http, ssh and file.");
  }
}

function toPlainRemote(address: string): Remote {
  return { name, address, configuration: async () => ({ [`remote.${name}.url`]: address }) };
}

/** A password becomes a header: a URL would be in the arguments of Git's helper, for all to see. */
function toHttpRemote(url: string, login: RemoteLogin | undefined): Remote {
  const parsed = parseUrl(url);
  const { username, password } = parsed;
  const hasPassword = /^https?:\/\/[^/@]*:[^/@]*@/i.test(url);
  parsed.username = "";
  parsed.password = "";
  const address = parsed.href;
  if (hasPassword) {
    const own = {
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
    };
    return { name, address, configuration: async () => withLogin(address, own) };
  }
  return {
    name,
    address,
    configuration: async (signal) => {
      const found = await login?.(signal);
      return found === undefined ? { [`remote.${name}.url`]: url } : withLogin(address, found);
    },
  };
}

function withLogin(
  address: string,
  { username, password }: { readonly username: string; readonly password: string },
): Configuration {
  const pair = Buffer.from(`${username}:${password}`).toString("base64");
  return {
    [`remote.${name}.url`]: address,
    [`http.${address}.extraHeader`]: `Authorization: Basic ${pair}`,
    // The header would go along to wherever a redirect leads.
    "http.followRedirects": "false",
    "credential.helper": "",
  };
}

function parseUrl(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw urlRefused("it is not a URL.");
  }
}

const signs: readonly (readonly [RegExp, (detail: string) => CairnError])[] = [
  [
    /authentication failed|could not read (?:username|password)|permission denied|returned error: 40[13]|http 40[13]\b|dubious ownership|host key verification failed|access denied|not authorized/i,
    remoteDenied,
  ],
  [
    /does not appear to be a git repository|repository '.*' not found|repository not found|returned error: (?:30[1278]|404)|does not exist|not valid: is this a git repository/i,
    notARepository,
  ],
  [
    /fsck error|in fsck|did not send all necessary objects|protocol error|bad line length|invalid index-pack|bad pack|pack (?:has|is|signature)|inflate|unresolved delta|length header|expected (?:flush|response|shallow|.*acknowledgments|sha|'packfile')|mismatched algorithms|unexpected|garbage|invalid .*response|does not support --atomic|bad object|not our ref|couldn't find remote ref/i,
    remoteBroken,
  ],
];

/** Losing the connection explains everything else that is reported with it. */
const connectionLost =
  /failed to connect|could not connect|could not resolve|couldn't connect|connection (?:refused|reset|timed out|closed)|timed out|too slow|early eof|hung up|unexpected disconnect|recv failure|transfer closed|rpc failed|curl \d|empty reply|error: (?:429|5\d\d)|ssl|tls|network is unreachable|no route to host/i;

/** What a failed command that talked to a remote means. `stderr` is redacted already. */
export function toRemoteError(command: string, stderr: string, remote: Remote): CairnError {
  // What the server says is for people; it must not decide what kind of failure this is.
  const lines = stderr.split("\n").filter((line) => !line.startsWith("remote:"));
  const own = lines.join("\n");
  const detail = `${remote.address}: ${lastWords(lines)}`;
  const sign = signs.find(
    ([pattern], index) => pattern.test(own) && (index < 2 || !connectionLost.test(own)),
  );
  if (sign) return sign[1](detail);
  if (connectionLost.test(own) || /could not read from remote/i.test(own)) {
    return remoteUnavailable(detail);
  }
  // Listing writes nothing here, so that what cannot be explained comes from there.
  return command === "ls-remote" ? remoteBroken(detail) : commandFailed(command, lastWords(lines));
}

function lastWords(lines: readonly string[]): string {
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(0, 5)
    .join("; ")
    .slice(0, 1000);
}
