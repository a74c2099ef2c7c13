import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { describeMissing, missingPackages } from "../debian/installed.ts";
import { withoutServiceStarts } from "../debian/service-starts.ts";

const wanted = [
  { name: "nginx", reason: "the nginx suite" },
  { name: "php-cli", reason: "a writer" },
];

test("names exactly the packages that are not installed", () => {
  const status = "nginx-common installed\nnginx config-files\nphp-cli installed\n";
  assert.deepEqual(missingPackages(wanted, status), [wanted[0]]);
  assert.deepEqual(missingPackages(wanted, ""), wanted);
});

test("says what to install, and what for", () => {
  const text = describeMissing(wanted, "only root may install");
  assert.match(text, /nginx {4}the nginx suite/);
  assert.match(text, /apt-get install --no-install-recommends nginx php-cli/);
});

test("forbids service starts only while it works", async (t) => {
  const path = join(folderFor(t), "policy-rc.d");
  await withoutServiceStarts(path, async () => {
    assert.match(readFileSync(path, "utf8"), /exit 101/);
    assert.equal(statSync(path).mode & 0o777, 0o755);
  });
  assert.equal(existsSync(path), false);
});

test("puts an existing policy back, also when the work fails", async (t) => {
  const path = join(folderFor(t), "policy-rc.d");
  writeFileSync(path, "the administrator's own", { mode: 0o700 });
  const failure = withoutServiceStarts(path, async () => {
    throw new Error("no network");
  });
  await assert.rejects(failure, /no network/);
  assert.equal(readFileSync(path, "utf8"), "the administrator's own");
  assert.equal(statSync(path).mode & 0o777, 0o700);
});

test("puts back what a killed run left aside", async (t) => {
  const path = join(folderFor(t), "policy-rc.d");
  writeFileSync(path, "the administrator's own");
  let left = "";
  await withoutServiceStarts(path, async () => {
    left = readFileSync(path, "utf8");
  });
  writeFileSync(`${path}.countersign-aside`, "the administrator's own");
  writeFileSync(path, left);
  await withoutServiceStarts(path, async () => {});
  assert.equal(readFileSync(path, "utf8"), "the administrator's own");
  assert.equal(existsSync(`${path}.countersign-aside`), false);
});

function folderFor(t: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
