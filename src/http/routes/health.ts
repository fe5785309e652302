import type { Hono } from "hono";
import type { HttpView } from "../view.ts";

/** For those who run the process: it lives, it gets on, and numbers. */
export function addHealthRoutes(app: Hono, view: HttpView): void {
  app.get("/healthz", (context) => context.json({ status: "ok" }));

  app.get("/readyz", (context) => {
    const registries = view.registries.map((registry) => {
      const reason = registry.stallReason();
      const ready = reason === undefined;
      return { name: registry.name, ready, reason, conditions: registry.conditions() };
    });
    const ready = registries.every((registry) => registry.ready);
    const configProblem = view.configProblem();
    return context.json({ ready, registries, configProblem }, ready ? 200 : 503);
  });

  app.get("/metrics", async (context) => {
    context.header("content-type", view.metrics.contentType);
    return context.body(await view.metrics.render());
  });
}
