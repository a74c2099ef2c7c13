import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as z from "zod";
import { addressBlocks, listenAddress, seconds, secretSource } from "../src/index.ts";
import { parseSettings } from "../src/parse-settings.ts";
import { describeProblem } from "../src/problem.ts";

const schema = z.strictObject({
  listen: listenAddress,
  lifetimeSeconds: seconds.default(60),
  digest: z.enum(["sha256", "sha512"]).optional(),
  key: secretSource.optional(),
  trusted: addressBlocks.default([]),
  sites: z
    .array(
      z.strictObject({
        host: z.string().min(1, "a host name"),
        places: z.array(z.union([z.string(), z.strictObject({ path: z.string() })])).optional(),
      }),
    )
    .default([]),
  headers: z.record(z.string(), z.string()).optional(),
});

function problems(text: string): string[] {
  const parsed = parseSettings(schema, { name: "a.yaml", text });
  return parsed.ok ? [] : parsed.problems.map(describeProblem);
}

test("gives typed settings with defaults", () => {
  const text = "# a comment\nlisten: 127.0.0.1:8400\nsites:\n  - host: wiki\n";
  assert.deepEqual(parseSettings(schema, { name: "a.yaml", text }), {
    ok: true,
    settings: {
      listen: { kind: "tcp", host: "127.0.0.1", port: 8400 },
      lifetimeSeconds: 60,
      trusted: [],
      sites: [{ host: "wiki" }],
    },
  });
});

test("reports all problems at once, in the order of the file, each at its place", () => {
  const text = [
    "lisen: 127.0.0.1:8400",
    "lifetimeSeconds: 8h",
    "digest: md5",
    "trusted: [ 127.0.0.1, 0.0.0.0/0 ]",
    "sites:",
    '  - host: ""',
    "    hots: wiki",
    "  - plcaes: []",
    "headers: { a: 1 }",
  ].join("\n");
  assert.deepEqual(problems(text), [
    'a.yaml:1:1: listen: expected this setting, which is required (address such as "127.0.0.1:8400" or "unix:/run/countersign.sock")',
    'a.yaml:1:1: lisen: expected a known setting; did you mean "listen"?',
    "a.yaml:2:18: lifetimeSeconds: expected a whole number of seconds",
    'a.yaml:3:9: digest: expected "sha256" or "sha512"',
    "a.yaml:4:23: trusted[1]: expected a range no wider than /8: nearly everyone would be trusted",
    "a.yaml:6:11: sites[0].host: expected a host name",
    'a.yaml:7:5: sites[0].hots: expected a known setting; did you mean "host"?',
    "a.yaml:8:5: sites[1].host: expected this setting, which is required (text)",
    'a.yaml:8:5: sites[1].plcaes: expected a known setting; did you mean "places"?',
    "a.yaml:9:15: headers.a: expected text (in quotes when it looks like a number)",
  ]);
});

const wrong: Record<string, [text: string, problem: RegExp]> = {
  "an empty file": ["", /^a\.yaml:1:1: listen: .*required/],
  "a list": ["- a", /^a\.yaml:1:1: expected a group of settings/],
  "a setting given twice": [
    "listen: '127.0.0.1:1'\nlisten: '127.0.0.1:2'",
    /:2:1: .* each setting once/,
  ],
  "an empty setting": ["listen:\n", /^a\.yaml:1:1: listen: expected text/],
  "an alias": ["listen: &a 127.0.0.1:1\ndigest: *a", /:2:9: .*alias/],
  "an unknown alias": ["listen: *a", /:1:9: .*alias/],
  "a tag": ["listen: !foo 127.0.0.1:1", /:1:9: .*without a tag/],
  "a known tag": ["listen: !!str 127.0.0.1:1", /:1:\d+: .*without a tag/],
  "another YAML version": ["%YAML 1.1\n---\nlisten: 127.0.0.1:1", /:1:1: .*directive/],
  "a second document": ["listen: 127.0.0.1:1\n---\nlisten: 127.0.0.1:1", /:2:1: .*one document/],
  "a key that is a list": ["? [a]\n: b", /:1:3: .*text as a setting's name/],
  "a tab": ["sites:\n\t- host: a", /:2:1: .*spaces for indentation/],
  "text in place of a list": ["listen: 127.0.0.1:1\nsites: wiki", /:2:8: sites: .*\[admin\]$/],
  "an open bracket": ["listen: [", /:1:\d+: expected/],
  "an object's own names": [
    "__proto__: 1\nlisten: 127.0.0.1:1",
    /:1:1: expected another name than __proto__/,
  ],
  "depth that the parser gives up": ["[".repeat(100_000), /:1:\d+: expected .*levels/],
  "depth that the parser takes": [`listen: ${"[".repeat(30)}${"]".repeat(30)}`, /20 levels/],
  "a large file": ["#".repeat(262_145), /:1:1: expected a file of at most 262144/],
  "the one form of several that was meant": [
    "listen: 127.0.0.1:1\nsites: [ { host: a, places: [ { path: 1 } ] } ]",
    /sites\[0\]\.places\[0\]\.path: expected text/,
  ],
};

for (const [name, [text, expected]] of Object.entries(wrong)) {
  test(`refuses ${name}`, () => {
    assert.match(problems(text)[0] ?? "no problem", expected);
  });
}

const indented = `keys:
  - file: a
    digest: b
sites:
  - origin: c
    places:
      - path: d
        tokens:
          - e
          - f
      - path: g
        access: h
limits:
  connections: 5
`.split("\n");

test("takes a line between two indentations for no missing bracket", () => {
  const [problem] = problems("sites:\n  - host: a\n   places: []\n");
  assert.match(problem ?? "", /^a\.yaml:3:1: expected lines of one group to be indented alike/);
});

test("says once that a line is indented wrongly, there or beside it", () => {
  const slips = [-2, -1, 1, 2].flatMap((by) =>
    indented.map((line, index) => ({ by, line, index })),
  );
  for (const { by, line, index } of slips) {
    const slipped = by > 0 ? " ".repeat(by) + line : line.replace(" ".repeat(-by), "");
    const text = indented.with(index, slipped).join("\n");
    const parsed = parseSettings(z.unknown(), { name: "a.yaml", text });
    if (parsed.ok) continue;
    const [problem, ...others] = parsed.problems;
    assert.deepEqual(others, [], text);
    assert.match(problem?.expected ?? "", /indent/, text);
    // The first line of all is right by itself: what it is beside comes later.
    if (index === 0) continue;
    const distance = Math.abs((problem?.line ?? 0) - (index + 1));
    assert.ok(distance <= 1, `${distance} lines from line ${index + 1} of:\n${text}`);
  }
});

test("refuses aliases that would multiply", () => {
  const lines = ["a0: &a0 [x, x]"];
  for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`);
  assert.match(problems(lines.join("\n"))[0] ?? "", /alias/);
});

test("reads words as YAML 1.2 does: no country becomes false", () => {
  assert.match(problems("listen: 127.0.0.1:1\nlifetimeSeconds: no")[0] ?? "", /whole number/);
  assert.deepEqual(problems("listen: 127.0.0.1:1\nheaders: { NO: no }"), []);
});

const yamlish = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .array(
      fc.constantFrom("listen", "sites", "key", ":", ": ", "- ", "\n", "  ", "\t", "[", "]", "{"),
    )
    .map((parts) => parts.join("")),
  fc
    .array(
      fc.constantFrom(
        "a: ",
        "}",
        ",",
        '"',
        "'",
        "|",
        ">",
        "&a ",
        "*a",
        "!t ",
        "? ",
        "%",
        "#",
        "\r",
      ),
    )
    .map((parts) => parts.join("")),
  fc.json(),
);

test("counts lines also where the YAML library loses count", () => {
  const parsed = parseSettings(schema, { name: "a.yaml", text: "[{\n]listen\nlisten" });
  assert.ok(!parsed.ok);
  const [{ line, column } = {}] = parsed.problems;
  assert.deepEqual([line, column], [2, 1]);
});

test("any text gives settings or problems, each within the text", () => {
  fc.assert(
    fc.property(yamlish, (text) => {
      const parsed = parseSettings(schema, { name: "a.yaml", text });
      if (parsed.ok) return;
      const lines = text.split("\n");
      assert.ok(parsed.problems.length > 0);
      for (const { line, column } of parsed.problems) {
        assert.ok(line >= 1 && line <= lines.length, `line ${line}`);
        assert.ok(column >= 1 && column <= (lines[line - 1] ?? "").length + 1, `column ${column}`);
      }
    }),
    { numRuns: 2000 },
  );
});

test("what JSON says, the settings say", () => {
  const settings = fc.record({
    listen: fc.constant("127.0.0.1:1"),
    headers: fc.dictionary(
      fc.string({ maxLength: 20 }).filter((name) => name !== "__proto__"),
      fc.string(),
    ),
  });
  fc.assert(
    fc.property(settings, (value) => {
      const parsed = parseSettings(schema, { name: "a.json", text: JSON.stringify(value) });
      assert.ok(parsed.ok);
      assert.deepEqual({ ...parsed.settings.headers }, { ...value.headers });
    }),
  );
});
