/** A secret by its own form, wherever it stands. Every pattern is linear. */
const formats: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "an AWS access key",
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])/g,
  },
  { what: "a GitHub token", pattern: /(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,})/g },
  { what: "a GitLab token", pattern: /(?<![\w-])glpat-[\w-]{20,}/g },
  { what: "an Azure account key", pattern: /(?:Account|SharedAccess)Key=[A-Za-z0-9+/]{30,}/gi },
  { what: "a shared access signature", pattern: /[?&;]sig=[A-Za-z0-9%+/_-]{30,}/gi },
  { what: "a Slack token", pattern: /(?<![\w-])xox[abeoprs]-[A-Za-z0-9-]{10,}/g },
  { what: "a private key", pattern: /-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----/g },
  {
    what: "a JSON web token",
    pattern: /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{10,}/g,
  },
  {
    what: "an API key",
    pattern:
      /(?<![\w-])(?:sk-(?:[A-Za-z0-9]{32,}|(?:proj|svcacct|admin|ant-[a-z0-9]{2,10})-[\w-]{32,})|AIza[\w-]{35}(?![\w-]))/g,
  },
  { what: "a Hugging Face token", pattern: /(?<![\w-])hf_[A-Za-z0-9]{30,}/g },
  { what: "an npm token", pattern: /(?<![\w-])npm_[A-Za-z0-9]{36}(?!\w)/g },
  { what: "a PyPI token", pattern: /(?<![\w-])pypi-AgE[\w-]{30,}/g },
  { what: "a Databricks token", pattern: /(?<![\w-])dapi[0-9a-f]{32}(?![0-9a-f])/g },
];

/** One look that nearly every text passes. */
const hint =
  /A[KS]IA|gh[pousr]_|github_pat_|glpat-|[Kk][Ee][Yy]=|[Ss][Ii][Gg]=|xox[abeoprs]-|PRIVATE KEY|eyJ|sk-|AIza|hf_|npm_|pypi-|dapi|:\/\/[^\s/@]{0,300}@/;
const shortestSecret = 16;

/** What kind of secret a text holds by its own form; never the secret. */
export function secretIn(text: string): string | undefined {
  if (text.length < shortestSecret || !hint.test(text)) return undefined;
  const format = formats.find(({ pattern }) => {
    for (const [match] of text.matchAll(pattern)) if (isVaried(match)) return true;
    return false;
  });
  return format?.what ?? (hasPassword(text) ? "an address with a password" : undefined);
}

/** `ghp_xxxxxxxx…` shows the form, and is no secret. */
function isVaried(match: string): boolean {
  return new Set(match.slice(-20)).size >= 6;
}

const address = /:\/\/[^\s:/@?#]{0,200}:([^\s/@?#]{1,200})@/g;

function hasPassword(text: string): boolean {
  for (const [, password = ""] of text.matchAll(address)) {
    if (!isPlaceholder(password)) return true;
  }
  return false;
}

const knownNames = new Map<string, boolean>();
const maxKnownNames = 10_000;

/** Whether the value of a key of this name would be a secret, going by the name alone. */
export function isSecretName(name: string): boolean {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  const isSecret = name.length <= 200 && secretNames.test(inLowerCaseWords(name));
  // Manifests have the same keys over and over; names of their own must not add up.
  if (knownNames.size >= maxKnownNames) knownNames.clear();
  knownNames.set(name, isSecret);
  return isSecret;
}

function inLowerCaseWords(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll(/[-. ]/g, "_");
}

/** `pad_token`, `max_tokens` and `secret_name` are not among them. */
const secretNames =
  /(?:^|_)(?:password|passwd|passphrase|secret|secret_(?:access_)?key|api_?key|access_?key|account_?key|storage_?key|private_?key|connection_?string|apikey|accesskey|(?:access|auth|api|bearer|refresh|sas|personal_access|hf|hub|huggingface|hugging_face|github|gitlab|gh|slack|databricks|session|security|bot|npm|pypi|wandb)_token)$|^token$|_pwd$/;

/** Whether what stands at such a key is a secret itself, and not where to find one. */
export function isSecretValue(name: string, value: string): boolean {
  const text = value.trim();
  if (text === "" || text.length > 5000 || isPlaceholder(text) || isPointer(text)) return false;
  if (/connection[-_. ]?string$/i.test(name)) return hasConnectionSecret(text);
  if (/\s/.test(text) || /^[\d.]+$/.test(text)) return false;
  return /(?:password|passwd|pwd|passphrase)$/i.test(name) || looksRandom(text);
}

function hasConnectionSecret(text: string): boolean {
  const pattern = /(?:^|;)\s{0,9}(?:password|pwd|\w{0,20}key|sig)\s{0,9}=\s{0,9}([^;\s]{6,})/i;
  const part = pattern.exec(text)?.[1];
  return part !== undefined && !isPlaceholder(part);
}

/** Names, versions and ids are written in parts: `cl100k_base`, `gpt-4o-2024-07-18`. */
function looksRandom(text: string): boolean {
  return text.split(/[-_./:]/).some((part) => {
    if (part.length < 12 || /^[A-Za-z]+\d{1,4}$/.test(part)) return false;
    return part.replaceAll(/\D/g, "").length >= 3 && part.replaceAll(/[^A-Za-z]/g, "").length >= 3;
  });
}

/** Filled in elsewhere, or written to be replaced. */
function isPlaceholder(text: string): boolean {
  return (
    /[${}<>*%[\]]|^x{3,}$|\.\.\./i.test(text) ||
    /^(?:(?:your|my|the|a|some)[-_ ]|change[-_ ]?(?:me|it|this)|replace|insert|enter|dummy|example|placeholder|todo|fixme|redacted|hidden|secret$|password$|passwd$|token$|key$|none$|null$|true$|false$|yes$|no$|str(?:ing)?$|text$|test$|n\/a$|optional$|required$|enabled$|disabled$|protected$)/i.test(
      text,
    ) ||
    /[-_ ](?:here|goes[-_ ]here|placeholder)$/i.test(text)
  );
}

/** A path, an address or the name of a vault, an environment variable, a reference. */
function isPointer(text: string): boolean {
  return (
    /^(?:\.{0,2}\/|~|[a-z][a-z0-9+.-]{0,30}:)/i.test(text) ||
    /^@Microsoft\.KeyVault/i.test(text) ||
    /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text) ||
    /\.(?:pem|key|json|txt|ya?ml|env|pub|crt|cer|pfx)$/i.test(text)
  );
}
