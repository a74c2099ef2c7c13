import assert from "node:assert/strict";
import { test } from "node:test";
import { gatewaySettings } from "@countersign/gatewayd";
import { describeProblem, parseSettings } from "@countersign/settings";
import { Command, CommanderError } from "commander";
import { CommandError } from "../src/command-error.ts";
import { defineProxyOptions, proxySettingsFrom } from "../src/proxy-options.ts";

const line =
  "--proxy http://127.0.0.1:3000 --site http://localhost:8080 --key k.pub --login http://sso/login";

function settingsFor(words: string) {
  const command = defineProxyOptions(new Command().option("--config <file>")).exitOverride();
  command.configureOutput({ writeErr: () => undefined });
  return proxySettingsFrom(
    command.parse(words.split(" ").filter(Boolean), { from: "user" }).opts(),
  );
}

function parse(words: string) {
  const parsed = parseSettings(gatewaySettings, settingsFor(words));
  if (!parsed.ok) throw new Error(parsed.problems.map(describeProblem).join("\n"));
  return parsed.settings;
}

test("one line stands for the settings of a proxy", () => {
  const { proxy, keys, sites } = parse(line);
  assert.equal(proxy.length, 1);
  assert.deepEqual(proxy[0]?.listen, { kind: "tcp", host: "127.0.0.1", port: 8080 });
  assert.deepEqual(proxy[0]?.upstream, { kind: "tcp", origin: "http://127.0.0.1:3000" });
  assert.equal(keys[0]?.file, "k.pub");
  assert.equal(sites[0]?.origin, "http://localhost:8080");
  assert.equal(sites[0]?.loginUrl, "http://sso/login");
  assert.equal(sites[0]?.anyOfTokens, undefined);
});

test("listens at the site's own port, unless told where", () => {
  const portFor = (site: string, more = "") =>
    parse(`${line.replace("http://localhost:8080", site)}${more}`).proxy[0]?.listen;
  assert.deepEqual(portFor("http://wiki"), { kind: "tcp", host: "127.0.0.1", port: 80 });
  const elsewhere = portFor("http://wiki", " --listen [::]:8080");
  assert.deepEqual(elsewhere, { kind: "tcp", host: "::", port: 8080 });
});

test("serves a site with https only behind somebody who speaks TLS", () => {
  const secure = line.replace("http://localhost:8080", "https://wiki");
  for (const words of [secure, `${secure} --listen 127.0.0.1:8443`]) {
    assert.throws(() => settingsFor(words), {
      code: "wrong-usage",
      message: /--listen unix:.*`tls`/,
    });
  }
  const [proxy] = parse(`${secure} --listen unix:/run/wiki.sock`).proxy;
  assert.deepEqual(proxy?.listen, { kind: "unix", path: "/run/wiki.sock" });
});

test("takes several keys and tokens", () => {
  const { keys, sites } = parse(`${line} --key old.pub --token staff,ops --token admin`);
  assert.deepEqual(
    keys.map(({ file }) => file),
    ["k.pub", "old.pub"],
  );
  assert.deepEqual(sites[0]?.anyOfTokens, ["staff", "ops", "admin"]);
});

test("says which options are missing", () => {
  const missing = {
    "": "--config or --proxy is missing",
    "--site http://a": "--config or --proxy is missing",
    "--proxy http://127.0.0.1:1": "--proxy needs --site and --key and --login, too",
    "--proxy http://127.0.0.1:1 --site http://a --key k": "--proxy needs --login, too",
  };
  for (const [words, message] of Object.entries(missing)) {
    assert.throws(
      () => settingsFor(words),
      (error) => error instanceof CommandError && error.message === message,
      words,
    );
  }
});

test("refuses what cannot be meant", () => {
  for (const words of [
    `${line} --config gateway.yaml`,
    line.replace("http://localhost:8080", "localhost"),
    `${line} --listen localhost`,
  ]) {
    assert.throws(() => settingsFor(words), CommanderError, words);
  }
  assert.throws(() => parse(line.replace("http://127.0.0.1:3000", "127.0.0.1:3000")), /upstream/);
});
