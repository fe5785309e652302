/**
 * Who may import whom (docs/architecture.md). Each layer lists everything it may reach besides
 * itself; whatever is not listed is forbidden.
 */
const layers = {
  shared: { may: [], why: "it is the ground that everything stands on" },
  domain: { may: ["shared"], why: "decisions must not depend on how the world is reached" },
  disk: {
    may: ["shared"],
    why: "it writes files safely for any driver and knows nothing of Cairn",
  },
  source: { may: ["shared", "domain"], why: "a component is usable without the others" },
  store: { may: ["shared", "domain"], why: "a component is usable without the others" },
  git: { may: ["shared", "domain"], why: "a component is usable without the others" },
  forge: { may: ["shared", "domain"], why: "a component is usable without the others" },
  registry: {
    may: ["shared", "domain", "source/(?!drivers/)"],
    why: "it reads any SourceTree, whatever is behind it",
  },
  usecases: {
    may: [
      "shared",
      "domain",
      "registry",
      "store/(?!drivers/)",
      "git/(?!drivers/)",
      "forge/(?!drivers/)",
      "source/(?!drivers/)",
    ],
    why: "what Cairn does is written against interfaces, so tests and new drivers need no change",
  },
  cli: { may: ["shared", "domain", "usecases"], why: "an edge has no logic of its own" },
  controller: { may: ["shared", "domain", "usecases"], why: "an edge has no logic of its own" },
  http: {
    may: ["shared", "domain", "usecases", "controller"],
    why: "an edge has no logic of its own; it shows what the controller is doing",
  },
};

/** The only places that may use a package. A package that is not here has no home yet. */
const homes = {
  yaml: "registry/",
  ajv: "registry/",
  "ajv-formats": "registry/",
  minimatch: "registry/",
  "isomorphic-git": "git/drivers/",
  commander: "cli/",
  chokidar: "controller/",
  "node-cron": "controller/",
  pino: "(?:controller|cli|compose)/",
  "prom-client": "(?:controller|http)/",
  hono: "http/",
  "@hono/node-server": "http/node\\.ts",
};

const folderOf = (entry) => (entry.includes("(") ? `^src/${entry}` : `^src/${entry}/`);
const homeOfPackage = (name) => `^node_modules/${name}/`;

const layerRules = Object.entries(layers).map(([layer, { may, why }]) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may reach itself${may.length > 0 ? ` and ${may.map((entry) => entry.split("/")[0]).join(", ")}` : ""} only: ${why}.`,
  severity: "error",
  from: { path: `^src/${layer}/`, pathNot: "^src/[^/]+/drivers/" },
  to: { path: "^src/", pathNot: [layer, ...may].map(folderOf) },
}));

const packageRules = [
  ...Object.entries(homes).map(([name, home]) => ({
    name: `home-of-${name.replaceAll("/", "-")}`,
    comment: `${name} is used in one place, so that it can be replaced there.`,
    severity: "error",
    from: { path: "^src/", pathNot: `^src/${home}` },
    to: { path: homeOfPackage(name) },
  })),
  {
    name: "packages-have-a-home",
    comment:
      "A package that src uses is named in this file's table with the one folder that may use it; drivers bring their SDKs as they need.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/[^/]+/drivers/" },
    to: { path: "^node_modules/", pathNot: Object.keys(homes).map(homeOfPackage) },
  },
];

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: "layer-drivers",
      comment:
        "A driver may reach its own component, shared, domain and disk: it can be written, read and removed alone.",
      severity: "error",
      from: { path: "^src/([^/]+)/drivers/" },
      to: { path: "^src/", pathNot: "^src/(?:$1|shared|domain|disk)/" },
    },
    {
      name: "drivers-are-strangers",
      comment:
        "One driver must not lean on another: what two share belongs to the component, beside its interface.",
      severity: "error",
      from: { path: "^src/([^/]+)/drivers/([^/.]+)" },
      to: { path: "^src/[^/]+/drivers/", pathNot: "^src/$1/drivers/$2(?:/|\\.ts$)" },
    },
    {
      name: "drivers-are-composed",
      comment:
        "Only the composition names a concrete driver; everybody else sees the interface, or drivers could not be exchanged.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(?:compose(?:\\.ts$|/)|[^/]+/drivers/)" },
      to: { path: "^src/[^/]+/drivers/" },
    },
    {
      name: "layer-compose",
      comment:
        "The composition makes the parts and knows them all, but not the process that runs it.",
      severity: "error",
      from: { path: "^src/compose(?:\\.ts$|/)" },
      to: { path: "^src/main\\.ts$" },
    },
    {
      name: "layer-main",
      comment:
        "main.ts joins the process to the composition and the edges; it decides nothing itself.",
      severity: "error",
      from: { path: "^src/main\\.ts$" },
      to: {
        path: "^src/",
        pathNot: "^src/(?:compose\\.ts$|(?:compose|cli|controller|http|shared)/)",
      },
    },
    {
      name: "nobody-imports-the-top",
      comment: "What is composed must not know its composition.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(?:main\\.ts$|compose(?:\\.ts$|/))" },
      to: { path: "^src/(?:compose(?:\\.ts$|/)|main\\.ts$)" },
    },
    {
      name: "pure-domain",
      comment:
        "The domain is pure: no package, no Node module, so every decision can be tested as a table.",
      severity: "error",
      from: { path: "^src/domain/" },
      to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-peer", "npm-optional"] },
    },
    {
      name: "pure-shared",
      comment: "shared hashes and formats; it needs no package and of Node only crypto and util.",
      severity: "error",
      from: { path: "^src/shared/" },
      to: {
        dependencyTypes: ["core", "npm", "npm-dev", "npm-peer", "npm-optional"],
        pathNot: "^(?:node:)?(?:crypto|util)$",
      },
    },
    {
      name: "io-at-the-edge",
      comment:
        "Files, sockets and child processes are reached in drivers, in src/disk and at the process edge only: nothing else can touch what Cairn was not allowed to touch.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot:
          "^src/(?:disk/|registry/|[^/]+/drivers/|compose(?:\\.ts$|/)|main\\.ts$|http/node\\.ts$)",
      },
      to: {
        dependencyTypes: ["core"],
        path: "^(?:node:)?(?:fs|fs/promises|net|tls|http|https|http2|dgram|dns|dns/promises|child_process|cluster|worker_threads|inspector)$",
      },
    },
    {
      name: "registry-loads-schemas",
      comment:
        "src/registry reads files for one purpose, the schemas that Cairn ships; a registry's own files come from a SourceTree.",
      severity: "error",
      from: { path: "^src/registry/" },
      to: {
        dependencyTypes: ["core"],
        pathNot: "^(?:node:)?(?:fs|module|path|url|util|crypto|buffer)$",
      },
    },
    ...packageRules,
    {
      name: "no-cycles",
      comment: "In a cycle no file can be understood, tested or removed alone.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "declared-only",
      comment:
        "What src imports is in package.json's dependencies, or an installed Cairn would not start.",
      severity: "error",
      from: { path: "^src/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "npm-bundled"],
      },
    },
    {
      name: "resolvable",
      comment: "An import that leads nowhere fails when it is used.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "src-ignores-test",
      comment:
        "The product must not depend on what checks it; the package does not even contain it.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(?:test|bench|docs)/" },
    },
    {
      name: "not-unreachable",
      comment:
        "What main.ts cannot reach is dead: no user ever runs it, only tests would. The build runs one file.",
      severity: "error",
      from: { path: "^src/main\\.ts$" },
      to: {
        path: "^src/",
        pathNot: "^src/registry/schema/precompile\\.ts$",
        reachable: false,
      },
    },
  ],
  options: {
    // Imports of types count as well: a layer that only names another one still depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "^node_modules/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".js", ".json"],
    },
    cache: false,
  },
};
