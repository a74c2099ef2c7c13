import assert from "node:assert/strict";
import { test } from "node:test";
import { checkArchitecture } from "../checks/architecture.ts";
import type { Manifest, Tree } from "../checks/tree.ts";

const manifests: Readonly<Record<string, Omit<Manifest, "version">>> = {
  ".": { name: "countersign-workspace" },
  "packages/ticket": { name: "@countersign/ticket", exports: { ".": "./src/index.ts" } },
  "packages/gateway": {
    name: "@countersign/gateway",
    dependencies: { "@countersign/ticket": "0.1.0" },
  },
  "packages/middleware": {
    name: "@countersign/middleware",
    dependencies: { "@countersign/gateway": "0.1.0" },
    peerDependencies: { express: ">=5" },
  },
  "packages/settings": {
    name: "@countersign/settings",
    dependencies: { "@countersign/ticket": "0.1.0", zod: "4.0.0" },
  },
  "programs/login": {
    name: "@countersign/login",
    dependencies: { "@countersign/ticket": "0.1.0", hono: "4.0.0" },
  },
  "programs/gatewayd": { name: "@countersign/gatewayd" },
  "programs/cli": { name: "countersign", dependencies: { "@countersign/login": "0.1.0" } },
  testing: { name: "@countersign/testing" },
};

/** A tree in which everything is as it should be, but for what a test adds. */
function tree(files: Record<string, string>, changed: typeof manifests = {}): Tree {
  return {
    workspaces: Object.entries({ ...manifests, ...changed }).map(([folder, manifest]) => ({
      folder,
      manifest: { version: "0.1.0", ...manifest },
    })),
    sources: Object.entries(files).map(([path, text]) => ({ path, text })),
    documents: [],
  };
}

const violations: readonly (readonly [rule: string, path: string, text: string, says: RegExp])[] = [
  [
    "an import against the table",
    "packages/ticket/src/a.ts",
    'import "@countersign/gateway";',
    /must not import @countersign\/gateway/,
  ],
  [
    "a type import against the table",
    "packages/ticket/src/a.ts",
    'import type { A } from "@countersign/settings";',
    /must not import @countersign\/settings/,
  ],
  [
    "a program that imports a program",
    "programs/login/src/a.ts",
    'import "@countersign/gatewayd";',
    /must not import @countersign\/gatewayd/,
  ],
  [
    "the cli inside a program",
    "programs/cli/src/a.ts",
    'import "@countersign/login/src/users.ts";',
    /only a program's public main/,
  ],
  [
    "a package that imports a program",
    "packages/gateway/src/a.ts",
    'import "@countersign/login";',
    /must not import @countersign\/login/,
  ],
  [
    "a library in a package",
    "packages/ticket/src/a.ts",
    'import "lodash";',
    /lodash is not among the dependencies/,
  ],
  [
    "node:fs in a pure package",
    "packages/ticket/src/a.ts",
    'import { readFileSync } from "node:fs";',
    /node:fs in a pure package/,
  ],
  [
    "node:crypto outside crypto.ts",
    "packages/ticket/src/keys.ts",
    'import type { KeyObject } from "node:crypto";',
    /node:crypto in a pure package/,
  ],
  [
    "node:fs in crypto.ts",
    "packages/ticket/src/crypto.ts",
    'import { readFileSync } from "node:fs";',
    /node:fs in a pure package/,
  ],
  [
    "a relative import of another workspace",
    "packages/gateway/src/a.ts",
    'import "../../ticket/src/index.ts";',
    /leaves its workspace/,
  ],
  [
    "a relative import of the root's scripts",
    "programs/cli/src/a.ts",
    'import "../../../scripts/setup.js";',
    /leaves its workspace/,
  ],
  [
    "a barrel",
    "packages/ticket/src/parts.ts",
    'export { a } from "./a.ts";',
    /only a workspace's entry/,
  ],
  ["a computed import", "programs/login/src/a.ts", "await import(name);", /computed name/],
  ["the clock", "packages/ticket/src/a.ts", "Date.now();", /a.ts:1: .*the clock/],
  ["today's date", "packages/ticket/src/a.ts", "new Date();", /the clock/],
  ["today's date, shorter", "packages/ticket/src/a.ts", "new Date;", /the clock/],
  ["a stop watch", "packages/ticket/src/a.ts", "performance.now();", /the clock/],
  ["random numbers", "packages/ticket/src/a.ts", "Math.random();", /random values/],
  ["the environment", "packages/ticket/src/a.ts", "process.env.HOME;", /the environment/],
  ["the environment by index", "packages/ticket/src/a.ts", 'process["env"];', /the environment/],
  ["the global object", "packages/ticket/src/a.ts", "globalThis.fetch;", /the environment/],
  ["a timer", "packages/gateway/src/a.ts", "setTimeout(f, 1);", /a timer/],
  ["the network", "packages/gateway/src/a.ts", "await fetch(url);", /the network/],
  ["the terminal", "packages/gateway/src/a.ts", "console.log(1);", /the terminal/],
];

for (const [rule, path, text, says] of violations) {
  test(`reports ${rule}`, () => {
    const problems = checkArchitecture(tree({ [path]: text }));
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", says);
  });
}

const allowed: Readonly<Record<string, readonly [path: string, text: string]>> = {
  "gateway its ticket": ["packages/gateway/src/a.ts", 'import "@countersign/ticket";'],
  "middleware its framework": ["packages/middleware/src/express.ts", 'import "express";'],
  "middleware the world": ["packages/middleware/src/a.ts", 'import "node:http"; Date.now();'],
  "settings its ticket": ["packages/settings/src/a.ts", 'import "@countersign/ticket";'],
  "settings its libraries": ["packages/settings/src/a.ts", 'import "zod";'],
  "a program the world": ["programs/login/src/a.ts", 'import "node:fs"; Date.now();'],
  "the cli a program's main": ["programs/cli/src/a.ts", 'import "@countersign/login";'],
  "crypto.ts its node:crypto": ["packages/ticket/src/crypto.ts", 'import "node:crypto";'],
  "an entry its re-exports": ["packages/ticket/src/index.ts", 'export { a } from "./a.ts";'],
  "tests the test kit": [
    "programs/login/test/a.test.ts",
    'import "@countersign/testing/kit/a.ts";',
  ],
  "tests node:test": ["packages/ticket/test/a.test.ts", 'import "node:test"; Date.now();'],
  "a date from a given time": ["packages/ticket/src/a.ts", "new Date(seconds * 1000);"],
  "the words in comments": ["packages/ticket/src/a.ts", "// Date.now(), process.env, fetch()"],
  "members of those names": ["packages/ticket/src/a.ts", "visit.process.name; table.fetch(1);"],
};

for (const [rule, [path, text]] of Object.entries(allowed)) {
  test(`allows ${rule}`, () => {
    assert.deepEqual(checkArchitecture(tree({ [path]: text })), []);
  });
}

test("reports a package.json against the table", () => {
  const ticket = {
    name: "@countersign/ticket",
    dependencies: { "@countersign/gateway": "0.1.0", zod: "4.0.0" },
  };
  const problems = checkArchitecture(tree({}, { "packages/ticket": ticket }));
  assert.deepEqual(problems.slice(0, 2), [
    "packages/ticket/package.json: must not depend on @countersign/gateway",
    "packages/ticket/package.json: a package has no dependencies at run time: zod",
  ]);
  // The wrong dependency also closes a circle between the two packages.
  assert.match(problems[2] ?? "", /imports in a circle: packages\/ticket → packages\/gateway/);
});

test("reports files that import each other in a circle", () => {
  const problems = checkArchitecture(
    tree({
      "packages/ticket/src/a.ts": 'import "./b.ts";',
      "packages/ticket/src/b.ts": 'import type { C } from "./c.ts";',
      "packages/ticket/src/c.ts": 'import "./a.ts";',
      "packages/ticket/src/d.ts": 'import "./a.ts";',
    }),
  );
  assert.equal(problems.length, 1, problems.join("\n"));
  assert.match(problems[0] ?? "", /a\.ts → .*b\.ts → .*c\.ts → .*a\.ts/);
});
