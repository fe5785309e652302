import { resolve } from "node:path";

import { newFiles } from "./compose/new-files.ts";
import { createStoreOpener, openStoreUrl } from "./compose/open-store.ts";
import { openSession } from "./compose/open-session.ts";
import { createPolicyTester } from "./compose/test-policies.ts";
import { createChangeValidator } from "./compose/validate-change.ts";
import { createValidator, type ValidatorContext } from "./compose/validate-paths.ts";
import { LazyTextCache } from "./compose/text-cache.ts";
import { promoteAppFor } from "./compose/promote-app.ts";
import { createJobRenderer } from "./compose/render-job.ts";
import { ServeSource, type OpenedRegistry, type RegistryToOpen } from "./compose/serve-source.ts";
import {
  loadSettings,
  locateRegistry,
  type RegistryTarget,
  type Settings,
} from "./compose/settings.ts";
import type { OpenServeContext } from "./controller/serve-context.ts";
import { FileDownloadFolder } from "./store/drivers/file/file-download-folder.ts";
import type { App } from "./usecases/app.ts";
import type { AppOptions, CreateApp } from "./usecases/app-options.ts";
import { initRegistry } from "./usecases/author/init-registry.ts";
import { diffVersions } from "./usecases/consume/diff-versions.ts";
import { listAssets } from "./usecases/consume/list-assets.ts";
import { listHistory } from "./usecases/consume/list-history.ts";
import { listStage } from "./usecases/consume/list-stage.ts";
import { pull } from "./usecases/consume/pull.ts";
import { resolveReference } from "./usecases/consume/resolve-reference.ts";
import { showAsset } from "./usecases/consume/show-asset.ts";
import { LazySession } from "./usecases/lazy-session.ts";
import { adopt } from "./usecases/operate/adopt.ts";
import { apply } from "./usecases/operate/apply.ts";
import { collectGarbage } from "./usecases/operate/collect-garbage.ts";
import { doctor } from "./usecases/operate/doctor.ts";
import { listIncidents, resolveIncident } from "./usecases/operate/incidents.ts";
import { plan } from "./usecases/operate/plan.ts";
import { status } from "./usecases/operate/status.ts";
import { sync } from "./usecases/operate/sync.ts";
import { verify } from "./usecases/operate/verify.ts";

/** Everything Cairn can do, on the registry that the options mean. Nothing is opened before it is needed. */
export const createApp: CreateApp = async (options) => {
  const settings = await loadSettings(options);
  const locate = (): Promise<RegistryTarget> => locateRegistry(options, settings);
  const texts = new LazyTextCache(settings.dataFolder);
  return openRegistry(options, settings, { locate, texts }).app;
};

/** What `cairn serve` works on: the registry that was named, else all of cairn.yaml. */
export const openServeContext: OpenServeContext = async (options) =>
  ServeSource.open(options, (settings, { log = options.log, ...registry }) =>
    openRegistry({ ...options, log }, settings, registry),
  );

/** An app, and what its host says. */
function openRegistry(
  options: AppOptions,
  settings: Settings,
  { locate, texts }: RegistryToOpen,
): OpenedRegistry {
  const openStore = createStoreOpener(settings);
  const lazy = new LazySession(async (signal) =>
    openSession({ options, settings, openStore, texts, signal }, await locate()),
  );
  return {
    app: appOf({ options, locate, lazy, texts }),
    repositoryId: async () => (await lazy.get()).host?.repositoryId(),
  };
}

function appOf(context: ValidatorContext): App {
  const { options, lazy, texts } = context;
  return {
    ...promoteAppFor(options, lazy),
    policyTest: createPolicyTester(context),
    validate: createValidator(context),
    validateChange: createChangeValidator(context),
    init: (request) => initRegistry(newFiles(resolve(options.cwd, request.folder)), request),
    adopt: async (request) => adopt(await lazy.get(), request),
    plan: async () => plan(await lazy.get()),
    apply: async (request) => {
      const report = await apply(await lazy.get(request?.signal), request);
      await texts.save();
      return report;
    },
    sync: async (request) => sync(await lazy.get(request?.signal), request),
    status: async () => status(await lazy.get()),
    verify: async (request) => verify(await lazy.get(), request),
    pull: (request) => pull(pullPorts(options, lazy), request),
    resolve: async (request) => resolveReference(await lazy.get(), request),
    render: createJobRenderer(context),
    list: async (request) => listAssets(await lazy.get(), request),
    show: async (request) => showAsset(await lazy.get(), request),
    history: async (request) => listHistory(await lazy.get(), request),
    which: async (request) => listStage(await lazy.get(), request),
    diff: async (request) => diffVersions(await lazy.get(), request),
    incidents: async () => listIncidents(await lazy.get()),
    resolveIncident: async (request) => resolveIncident(await lazy.get(), request),
    doctor: async () => doctor(await lazy.get()),
    collectGarbage: async (request) => collectGarbage(await lazy.get(), request),
    close: async () => {
      await texts.save();
      await lazy.close();
    },
  };
}

function pullPorts({ cwd }: AppOptions, session: LazySession): Parameters<typeof pull>[0] {
  return {
    session,
    openStoreUrl: (url) => openStoreUrl(url, cwd),
    openFolder: (path) => new FileDownloadFolder(resolve(cwd, path)),
  };
}
