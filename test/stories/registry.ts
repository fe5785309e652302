/** Path to its new text; `undefined` removes the file. */
export type Files = Readonly<Record<string, string | undefined>>;

export const owner = "contoso";
export const repository = "ml-registry";
export const fullName = `${owner}/${repository}`;

/** Who works on the registry, by the name in its policy. */
export const people = {
  ann: { login: "ann-c", name: "Ann Carter", email: "ann@contoso.example" },
  /** A second account of Ann's, which the policy knows by its address alone. */
  annAtHome: { login: "ann-at-home", name: "Ann", email: "ann@contoso.example" },
  bo: { login: "bo-l", name: "Bo Lindqvist", email: "bo@contoso.example" },
  cy: { login: "cy-o", name: "Cy Okafor", email: "cy@contoso.example" },
  dee: { login: "dee-r", name: "Dee Ramos", email: "dee@contoso.example" },
  /** Of the team ml-leads, and in no other way known to the policy. */
  tia: { login: "tia-m", name: "Tia Meyer", email: "tia@contoso.example" },
  /** Of no team and in no policy; may write to the repository all the same. */
  sam: { login: "sam-x", name: "Sam", email: "sam@contoso.example" },
  /** May only read, and has a fork. */
  eve: { login: "eve", name: "Eve", email: "eve@elsewhere.example" },
  bot: { login: "dependabot[bot]", name: "dependabot[bot]", email: "bot@github.example" },
} as const;

export type PersonName = keyof typeof people;

/** Those whose pushes and merges GitHub takes. */
export const writers = ["ann", "annAtHome", "bo", "cy", "dee", "tia", "sam", "bot"] as const;

export const accessPath = "policies/access.yaml";
export const promotionPath = "policies/promotion.yaml";

/** Ann and Bo lead, and who is in the team; Dee only writes; Cy owns the policy with Ann. */
export const access = `people:
  ann: { name: Ann Carter, github: ann-c, email: [ann@contoso.example] }
  bo: { name: Bo Lindqvist, github: bo-l, email: [bo@contoso.example] }
  cy: { name: Cy Okafor, github: cy-o, email: [cy@contoso.example] }
  dee: { name: Dee Ramos, github: dee-r, email: [dee@contoso.example] }
roles:
  leads: [ann, bo, "team:ml-leads"]
  engineers: [dee]
  policy-owners: [ann, cy]
bindings:
  - { role: leads, can: [assets/read, assets/write, assets/approve], on: ["**"] }
  - { role: engineers, can: [assets/read, assets/write], on: ["**"] }
`;

const oneLead = "approvals: { count: 1, from: [leads] }";

/** Of each kind of rule one model: prod wants a lead's word, and whatever the name says. */
export const promotion = `rules:
  - { stage: test, assets: ["**"], gates: {} }
  - { stage: prod, assets: ["models/taxi", "models/guarded"], gates: { ${oneLead} } }
  - { stage: prod, assets: ["models/slow"], gates: { ${oneLead}, soak: { hours: 24 } } }
  - { stage: prod, assets: ["models/measured"], gates: { ${oneLead}, checks: { required: [ci/eval] } } }
  - stage: prod
    assets: ["models/shut"]
    gates:
      ${oneLead}
      window: { deny: [{ cron: "0 0 * * FRI", duration: 72h, timezone: UTC }] }
  - stage: prod
    assets: ["models/frozen"]
    gates:
      ${oneLead}
      freeze: { active: true, reason: end of year, except: [hotfix] }
`;

/** The policy, with promotions that nobody has to ask for. */
export const automaticPromotion = `${promotion}automatic:
  - { from: dev, to: test, assets: ["models/**"], merge: when-gates-pass }
`;

export function model(name: string, weights: string): Files {
  return {
    [`models/${name}/model.yaml`]: `name: ${name}\ntype: custom_model\npath: ./weights.bin\n`,
    [`models/${name}/weights.bin`]: `weights of ${name}, ${weights}\n`,
  };
}

/** `stage` should run this version of a model. */
export function stageFile(stage: string, name: string, version: number): Files {
  return { [`stages/${stage}/models/${name}.yaml`]: `version: "${version}"\n` };
}

function workspace(stage: string): Files {
  const text = `stage: ${stage}\nregion: eastus\nassets: ["**"]\nstore: { driver: file, root: ${stage} }\n`;
  return { [`workspaces/${stage}.yaml`]: text };
}

export const settings = `format: 1
name: contoso
location: eastus
replication_locations: [{ location: eastus, replica: { driver: file, root: replica } }]
stages: [dev, test, prod]
follow: { dev: latest }
versioning: { default: integer }
require_pull_request: ["models/guarded"]
`;

const modelNames = ["taxi", "slow", "measured", "shut", "frozen", "guarded"];

/** `models/taxi` runs at 1 in test and prod and is at 2 in dev; all others at 1 in dev and test. */
export const firstFiles: Files = {
  "registry.yaml": settings,
  [accessPath]: access,
  [promotionPath]: promotion,
  ...workspace("prod"),
  ".github/workflows/train.yml": "name: train\non: push\njobs: {}\n",
  ".github/CODEOWNERS": "* @ann-c\n",
  "README.md": "A registry.\n",
  ...Object.assign({}, ...modelNames.map((name) => model(name, "first"))),
  ...Object.assign({}, ...modelNames.map((name) => stageFile("test", name, 1))),
  ...stageFile("prod", "taxi", 1),
};

export const secondFiles: Files = model("taxi", "second");
