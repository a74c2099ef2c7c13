import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const guide = read("docs/guide/tcpcrypt.md");
const lifecycle = read("testing/tcpcrypt/lifecycle.test.ts");

/** What the guide calls the events of the tests, in its order. */
const events: Readonly<Record<string, string>> = {
  "`countersign tcpcrypt down`": "down",
  "SIGTERM, `systemctl stop`": "a polite end",
  "a worker crashes or hangs": "the crash of a worker",
  "SIGKILL of the supervisor": "a killed supervisor",
  "the supervisor hangs (SIGSTOP)": "a stopped supervisor",
};

/** What it calls what is left. */
const left: Readonly<Record<string, string>> = {
  nothing: "nothing",
  "the closed ports": "closed",
  "journalled changes": "changes",
  "journalled changes, the closed ports": "changes, closed",
  "everything: it runs": "all",
};

test("the guide's table of life and death is the one that the tests run", () => {
  const [, part = ""] = /^## Life and death\n(.*?)^## /ms.exec(guide) ?? [];
  const rows = [...part.matchAll(/^\|(.*)\|(.*)\|(.*)\|(.*)\|(.*)\|$/gm)].slice(2);
  const shown: Record<string, Record<string, unknown>> = { opportunistic: {}, required: {} };
  let event = "";
  for (const [, ...cells] of rows) {
    const [name = "", mode = "", , anew = "", rest = ""] = cells.map((cell) => cell.trim());
    event = name === "" ? event : (events[name] ?? name);
    Object.assign(shown[mode] ?? {}, {
      [event]: { anew: anew.replace(/^in the /, ""), left: left[rest] ?? rest },
    });
  }
  assert.deepEqual(shown, testedTable());
});

/** Reads the table out of the test's source: it runs its tests when it is imported. */
function testedTable(): Record<string, Record<string, unknown>> {
  const [, source = ""] = /^const table: .* = (\{\n.*?^\});$/ms.exec(lifecycle) ?? [];
  const json = source
    .replaceAll(/^(\s*)(\w+):/gm, '$1"$2":')
    .replaceAll(/\{ anew: ("\w+"), left: ("[\w, ]+") \}/g, '{"anew":$1,"left":$2}')
    .replaceAll(/,(\s*\})/g, "$1");
  return JSON.parse(json);
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}
