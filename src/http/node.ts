import { createAdaptorServer } from "@hono/node-server";
import { hasCode } from "../shared/errors.ts";
import { createHttpApp, type HttpOptions } from "./app.ts";
import { listenFailed, portTaken } from "./errors.ts";
import type { HttpView } from "./view.ts";

/** Nobody who means well sends headers or a body for longer than this. */
const requestTimeoutMs = 10_000;
/** How exactly that is kept: Node looks for those who are late this often. */
const timeoutCheckMs = 1000;

export interface ServerOptions extends Pick<HttpOptions, "log"> {
  readonly requestTimeoutMs?: number;
}

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** Opens the port. Rejects with `HTTP_PORT_TAKEN` or `HTTP_LISTEN_FAILED`. */
export async function startHttpServer(
  view: HttpView,
  { host, port }: { readonly host: string; readonly port: number },
  { requestTimeoutMs: timeoutMs = requestTimeoutMs, ...options }: ServerOptions = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const isLoopback = host === "::1" || loopbackNames.includes(host);
  const app = createHttpApp(view, { ...options, ...(isLoopback ? { hosts: loopbackNames } : {}) });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      requestTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      connectionsCheckingInterval: Math.min(timeoutCheckMs, timeoutMs),
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        hasCode(cause, "EADDRINUSE")
          ? portTaken(host, port, cause)
          : listenFailed(host, port, cause),
      );
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const open = typeof address === "object" && address !== null ? address.port : port;
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${name}:${open}`,
    close: async () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
