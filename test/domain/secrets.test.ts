import { describe, expect, it } from "vitest";

import { isSecretName, isSecretValue, secretIn } from "../../src/domain/secrets.ts";

// The rest is made up, so that nothing here looks like a secret to those who scan for them.
const fake = (start: string, length: number): string =>
  start + "a1B2c3D4".repeat(20).slice(0, length);

describe("a secret by its form", () => {
  it.each([
    ["an AWS access key", "AKIAIOSFODNN7EXAMPLE"],
    ["an AWS access key", "export X=ASIAIOSFODNN7EXAMPLE;"],
    ["a GitHub token", fake("ghp_", 36)],
    ["a GitHub token", `https://x.example/?t=${fake("github_pat_", 40)}`],
    ["a GitLab token", fake("glpat-", 20)],
    ["an Azure account key", fake("AccountName=x;AccountKey=", 86)],
    ["a shared access signature", fake("https://x.example/c?sv=2020&sig=", 44)],
    ["a Slack token", fake("xoxb-123-", 20)],
    ["a private key", ["-----BEGIN RSA PRIVATE", "KEY-----\nMII"].join(" ")],
    ["a JSON web token", [fake("eyJ", 12), fake("eyJ", 12), fake("", 20)].join(".")],
    ["an API key", fake("sk-", 48)],
    ["an API key", fake("sk-proj-", 48)],
    ["a Hugging Face token", fake("hf_", 34)],
    ["an npm token", fake("npm_", 36)],
    ["an address with a password", "https://ann:hunter2@x.example/simple"],
    ["an address with a password", "--index-url https://:hunter2@x.example/simple"],
  ])("is %s: %s", (what, text) => {
    expect(secretIn(text)).toBe(what);
    expect(secretIn(`some words before ${text} and behind`)).toBe(what);
  });

  it.each([
    "tokenizer",
    "sk-learn-models-with-a-very-long-name-and-more",
    "task-0123456789012345678901",
    "hf_transfer_enable_and_other_words_of_this_length",
    "npm_config_registry_and_more_words_of",
    "https://x.example/a@b",
    "https://ann@x.example/",
    "git@github.com:a/b.git",
    "AKIAIOSFODNN7",
    "https://ann:${PASSWORD}@x.example",
    "https://$USER:$TOKEN@x.example",
    "https://a:<token>@x.example",
    "https://x.example:8080/a@1",
    "registry.example:5000/base@sha256:0123456789abcdef0123456789abcdef",
    "xoxo-and-so-on",
    "PRIVATE KEY",
    "AccountKey=<your-key>",
    `AccountKey=${"x".repeat(64)}`,
    `ghp_${"x".repeat(36)}`,
    "a?sig=<signature>",
    "eyJ.eyJ.eyJ",
    "a1b2c3d4".repeat(8),
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "",
    "azureml://registries/azureml/models/x/versions/1",
  ])("is not %s", (text) => {
    expect(secretIn(text)).toBeUndefined();
  });

  it.each([
    "eyJ",
    "eyJ-",
    "AKIA",
    "://:",
    "://a:",
    "sk-",
    "sk-ant-",
    "xoxb-",
    "gh",
    "sig=",
    "hf_",
    "-",
    "-----BEGIN A ",
    "AccountKey=",
    "://a:b",
    "[?&]",
    "pypi-AgE",
    "github_pat_",
  ])("is looked for once in long texts of %s", (part) => {
    const started = performance.now();
    secretIn(part.repeat(1_000_000 / part.length));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("a secret by its name", () => {
  it.each([
    "password",
    "DB_PASSWORD",
    "dbPassword",
    "db-password",
    "secret",
    "clientSecret",
    "token",
    "API_KEY",
    "apiKey",
    "OPENAI_API_KEY",
    "access_token",
    "HF_TOKEN",
    "connectionString",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AWS_SECRET_ACCESS_KEY",
    "storage_account_key",
    "db_pwd",
  ])("is %s", (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each([
    "tokenizer",
    "max_tokens",
    "token_type",
    "secret_name",
    "secret_key_name",
    "password_path",
    "pad_token",
    "eos_token",
    "key",
    "primary_key",
    "keys",
    "tokens",
    "auth_mode",
    "key_vault",
    "passwords_file",
    "api_key_env",
    "secretary",
    "pwd",
    "partition_key",
    "",
    "x".repeat(1000),
  ])("is not %s", (name) => {
    expect(isSecretName(name)).toBe(false);
  });

  it.each([
    ["password", "hunter2"],
    ["db_password", "Correct-Horse!"],
    ["api_key", "0a1b2c3d4e5f"],
    ["secret", "kJ8sd9f0sdfkj3"],
    ["token", "abcdef0123456789abcdef0123456789"],
    ["connection_string", "Server=tcp:x.example;User=ann;Password=hunter22"],
  ])("of %s: %s is one", (name, value) => {
    expect(isSecretValue(name, value)).toBe(true);
  });

  it.each([
    "",
    " ",
    "${{secrets.x}}",
    "{{password}}",
    "<your password>",
    "$PASSWORD",
    "${PASSWORD}",
    "%X%",
    "***",
    "xxxx",
    "changeme",
    "change-me",
    "your-password",
    "password",
    "REPLACE_ME",
    "my-secret",
    "./secrets/db",
    "/run/secrets/db",
    "~/.netrc",
    "https://x.vault.azure.net/secrets/db/1",
    "@Microsoft.KeyVault(SecretUri=x)",
    "azureml:x:1",
    "DB_PASSWORD",
    "db.pem",
    "key.json",
    "The password of the store",
    "string",
    "true",
    "12345",
    "env:DB",
    "todo",
    "none",
  ])("of a password: %s is none", (value) => {
    expect(isSecretValue("password", value)).toBe(false);
  });

  it.each([
    ["secret", "storage-account"],
    ["token", "cl100k_base"],
    ["token", "gpt-4o-mini-2024-07-18"],
    ["secret", "taxifarevault2024"],
    ["api_key", "0a1b2c3d-0000-4000-8000-0a1b2c3"],
    ["secret", "taxi-fare-v2"],
    ["token", "word"],
    ["api_key", "openai"],
    ["connection_string", "InstrumentationKey"],
    ["connection_string", "Server=tcp:x.example;Authentication=Active Directory"],
    ["connection_string", "Server=x;Password=${PASSWORD}"],
  ])("of %s: %s is the name of one", (name, value) => {
    expect(isSecretValue(name, value)).toBe(false);
  });
});
