import { Hono, type MiddlewareHandler } from "hono";
import { systemClock, type Clock } from "../shared/clock.ts";
import { toCairnError } from "../shared/errors.ts";
import { silentLog, type Logger } from "../shared/log.ts";
import { hostRefused, noSuchPath } from "./errors.ts";
import { methodNotAllowed, toProblem } from "./problem.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addRegistryRoutes } from "./routes/registries.ts";
import { addWebhookRoutes, isWebhookPath } from "./routes/webhooks.ts";
import type { HttpView } from "./view.ts";

export interface HttpOptions {
  /** Names by which this server may be called; absent: any. Stops pages that rebind their DNS name. */
  readonly hosts?: readonly string[];
  readonly log?: Logger;
  readonly clock?: Clock;
}

/** Everything the port answers. What no route names is refused. */
export function createHttpApp(view: HttpView, options: HttpOptions = {}): Hono {
  const { hosts, log = silentLog, clock = systemClock } = options;
  const app = new Hono();
  app.use(secureHeaders);
  app.use(async (context, next) => {
    const { method, path } = context.req;
    // A host knows this server by a public name; what it sends is signed, and reads nothing.
    if (isWebhookPath(path)) return method === "POST" ? next() : methodNotAllowed("POST");
    if (method !== "GET" && method !== "HEAD") return methodNotAllowed();
    if (hosts && !hosts.includes(hostName(context.req.header("host")))) {
      return toProblem(hostRefused());
    }
    return next();
  });
  addHealthRoutes(app, view);
  addRegistryRoutes(app, view);
  addWebhookRoutes(app, view.webhooks, clock);
  app.notFound(() => toProblem(noSuchPath()));
  app.onError((error, context) => {
    const known = toCairnError(error);
    if (known.kind === "internal")
      log.error({ error: known, path: context.req.path }, "request failed");
    return toProblem(known);
  });
  return app;
}

/** Answers are data, never pages: nothing in them may run, be framed or be guessed at. */
const secureHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  headers.set("referrer-policy", "no-referrer");
  headers.set("cross-origin-resource-policy", "same-origin");
  headers.set("cache-control", "no-store");
};

/** `localhost:7420` → `localhost`; `[::1]:7420` → `[::1]`. */
function hostName(header: string | undefined): string {
  return (header ?? "").replace(/:\d{1,5}$/, "").toLowerCase();
}
