import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gatewaySettings } from "@countersign/gatewayd";
import { describeProblem, parseSettings } from "@countersign/settings";
import { generatePrivateKeyPem } from "@countersign/ticket";
import { gatewayOutsideProblems } from "../src/outside-problems.ts";
import { makeKeys, temporaryFolder } from "./command.ts";

const basicAuthKey = "0123456789abcdef";
const gateway = {
  http: ["unix:gateway.sock"],
  keys: [{ file: "k.pem.pub" }],
  sites: [{ origin: "https://wiki.example.com", assertion: true }],
  loopKey: { file: "loop.key" },
  assertion: { key: { file: "assertion.pem" } },
};

interface Change {
  readonly settings?: object;
  readonly site?: object;
  readonly files?: Readonly<Record<string, string>>;
  readonly modes?: Readonly<Record<string, number>>;
}

async function problemsWith({ settings = {}, site = {}, files = {}, modes = {} }: Change) {
  await using folder = await temporaryFolder();
  await makeKeys(folder.path, "k.pem");
  await makeKeys(folder.path, "old.pem", "dsa");
  const all = {
    "loop.key": `${"l".repeat(32)}\n`,
    "assertion.pem": generatePrivateKeyPem("ecdsa"),
    "bauth.key": `${basicAuthKey}\n`,
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    await writeFile(join(folder.path, name), text, { mode: 0o600 });
  }
  for (const [name, mode] of Object.entries(modes)) await chmod(join(folder.path, name), mode);
  const sites = [{ ...gateway.sites[0], ...site }];
  const text = JSON.stringify({ ...gateway, sites, ...settings });
  const file = { name: "g", text, folder: folder.path };
  const parsed = parseSettings(gatewaySettings, file);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const partlyRight = { settings: parsed.settings, isRight: () => true };
  const environment = { SHORT: "hunter2", LOOP: "l".repeat(32) };
  const found = await gatewayOutsideProblems(partlyRight, file, environment);
  await chmod(folder.path, 0o700);
  return found.map((problem) => describeProblem(problem).replace(/^g:\d+:\d+: /, ""));
}

const right = {
  "all that it names": { site: { basicAuth: "ticket", basicAuthKey: { file: "bauth.key" } } },
  "a secret in a variable": { settings: { loopKey: { environment: "LOOP" } } },
  "a site with keys of its own": { settings: { keys: [] }, site: { keys: gateway.keys } },
  "old keys where they may be used": {
    site: { compatibility: "mod_auth_pubtkt", keys: [{ file: "old.pem.pub" }] },
  },
  "a socket for everybody in a folder that keeps them out": { settings: { socketMode: "0666" } },
  "a socket that systemd opens": { settings: { http: ["systemd:gateway"] } },
} satisfies Record<string, Change>;

for (const [what, change] of Object.entries(right)) {
  test(`finds nothing wrong with ${what}`, async () => {
    assert.deepEqual(await problemsWith(change), []);
  });
}

const basicAuth = { basicAuth: "ticket", basicAuthKey: { file: "bauth.key" } };
const wrong: Readonly<Record<string, readonly [Change, RegExp]>> = {
  "a site's key that is missing": [
    { site: { keys: [{ file: "no.pub" }] } },
    /^sites\[0\]\.keys\[0\]\.file: expected a key file, but cannot read/,
  ],
  "a place's key that others can write": [
    {
      site: { places: [{ path: "/a", keys: [{ file: "old.pem.pub" }, { file: "k.pem.pub" }] }] },
      modes: { "old.pem.pub": 0o664 },
    },
    /^sites\[0\]\.places\[0\]\.keys\[0\]\.file: expected a key that its owner alone can write/,
  ],
  "old keys in a strict site": [
    { site: { keys: [{ file: "old.pem.pub" }] } },
    /^sites\[0\]: expected compatibility: mod_auth_pubtkt/,
  ],
  "old keys in a place of a strict site": [
    { site: { places: [{ path: "/a", keys: [{ file: "old.pem.pub" }] }] } },
    /^sites\[0\]\.places\[0\]\.keys: expected compatibility: mod_auth_pubtkt/,
  ],
  "a Basic key of another length": [
    { site: basicAuth, files: { "bauth.key": `${basicAuthKey}0\n` } },
    /^sites\[0\]\.basicAuthKey\.file: expected a key of exactly 16 bytes$/,
  ],
  "a Basic key that others can read": [
    { site: basicAuth, modes: { "bauth.key": 0o640 } },
    /^sites\[0\]\.basicAuthKey\.file: expected a secret that its owner alone can open/,
  ],
  "a place's Basic key that is missing": [
    { site: { places: [{ path: "/a", basicAuth: "ticket", basicAuthKey: { file: "no" } }] } },
    /^sites\[0\]\.places\[0\]\.basicAuthKey\.file: expected a file, but cannot read/,
  ],
  "a loop key that is too short": [
    { settings: { loopKey: { environment: "SHORT" } } },
    /^loopKey\.environment: expected a secret of at least 32 bytes$/,
  ],
  "a variable that is not set": [
    { settings: { loopKey: { environment: "NO" } } },
    /^loopKey\.environment: expected a variable that is set$/,
  ],
  "an assertion key that is none": [
    { files: { "assertion.pem": "hunter2" } },
    /^assertion\.key\.file: expected a usable key, but /,
  ],
  "an assertion key that no JWT library may expect": [
    { files: { "assertion.pem": generatePrivateKeyPem("rsa") } },
    /^assertion\.key\.file: expected an Ed25519 or ECDSA P-256 key$/,
  ],
  "a socket for everybody in a folder that is open": [
    { settings: { socketMode: "0666" }, modes: { ".": 0o711 } },
    /^http\[0\]: expected a socketMode without rights for others/,
  ],
  "a folder in which anybody can put another socket": [
    { modes: { ".": 0o1777 } },
    /^http\[0\]: expected a path in a folder where nobody else can put a socket/,
  ],
};

for (const [what, [change, expected]] of Object.entries(wrong)) {
  test(`finds ${what}`, async () => {
    const [problem = "", ...others] = await problemsWith(change);
    assert.match(problem, expected);
    assert.doesNotMatch(problem, /hunter2|PRIVATE KEY|0123456789/);
    assert.deepEqual(others, []);
  });
}
