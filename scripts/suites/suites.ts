import { globSync } from "node:fs";

/** Some of the project's tests, run together. */
export interface Suite {
  readonly name: string;
  /** Each pattern must match at least one file; from the project's root. */
  readonly patterns: readonly string[];
  /** How many test files run at once. */
  readonly concurrency: number;
  readonly testTimeoutSeconds: number;
  /** Whether it needs Debian packages (scripts/debian/packages.ts). */
  readonly needsDebianPackages: boolean;
}

/** Unit and property tests of the workspaces below a folder: nothing but npm's packages. */
export const packagesSuite: Suite = {
  name: "packages",
  patterns: ["packages/*/test/**/*.test.ts"],
  concurrency: 2,
  testTimeoutSeconds: 60,
  needsDebianPackages: false,
};

/** As {@link packagesSuite}, of what runs. */
export const programsSuite: Suite = {
  ...packagesSuite,
  name: "programs",
  patterns: ["programs/*/test/**/*.test.ts"],
};

/** What `npm run test:unit` runs. */
export const unitSuite: Suite = {
  ...packagesSuite,
  name: "unit",
  patterns: [
    ...packagesSuite.patterns,
    ...programsSuite.patterns,
    "scripts/test/**/*.test.ts",
    "testing/kit/test/**/*.test.ts",
    "testing/vectors/**/*.test.ts",
    "testing/documents/**/*.test.ts",
  ],
};

/** Tests against what is packed, real servers and a real browser, in the order of running. */
export const fullSuites: readonly Suite[] = [
  {
    name: "consumer",
    patterns: ["testing/consumer/**/*.test.ts"],
    concurrency: 1,
    testTimeoutSeconds: 180,
    needsDebianPackages: false,
  },
  {
    name: "interop",
    patterns: ["testing/interop/**/*.test.ts"],
    // Real servers and the tests that measure nothing still share two cores: one file at a time.
    concurrency: 1,
    testTimeoutSeconds: 120,
    needsDebianPackages: true,
  },
  {
    name: "tcpcrypt",
    patterns: ["testing/tcpcrypt/**/*.test.ts"],
    // Each file has hosts with daemons of its own.
    concurrency: 1,
    testTimeoutSeconds: 180,
    needsDebianPackages: true,
  },
  {
    name: "migration",
    patterns: ["testing/migration/**/*.test.ts"],
    concurrency: 1,
    testTimeoutSeconds: 300,
    needsDebianPackages: true,
  },
  {
    name: "fuzz",
    patterns: ["testing/fuzz/**/*.test.ts"],
    concurrency: 1,
    testTimeoutSeconds: 180,
    needsDebianPackages: false,
  },
  {
    name: "browser",
    patterns: ["testing/browser/**/*.test.ts"],
    concurrency: 1,
    testTimeoutSeconds: 180,
    needsDebianPackages: true,
  },
];

/**
 * The test files of a suite, sorted.
 *
 * @throws {Error} a pattern that matches nothing: an empty suite would pass for ever
 */
export function filesOf(suite: Suite, root: string): readonly string[] {
  return suite.patterns.flatMap((pattern) => {
    const files = globSync(pattern, { cwd: root, exclude: ["**/node_modules/**"] });
    if (files.length === 0) throw new Error(`suite ${suite.name}: no test file matches ${pattern}`);
    return files.toSorted();
  });
}

/** Test files that no suite runs. */
export function orphans(suites: readonly Suite[], root: string): readonly string[] {
  const run = new Set(suites.flatMap((suite) => filesOf(suite, root)));
  const exclude = ["**/node_modules/**", "**/dist/**", ".cache/**", "data/**"];
  return globSync("**/*.test.{ts,js,mts,mjs}", { cwd: root, exclude }).filter(
    (file) => !run.has(file),
  );
}
