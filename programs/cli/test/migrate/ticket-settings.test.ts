import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemarks } from "../../src/migrate/remark.ts";
import { mergeSettings, type TicketSettings } from "../../src/migrate/ticket-settings.ts";

const at = (line: number) => ({ file: "f", line });
const said = <T>(value: T, line: number) => ({ value, at: at(line) });

test("the inner value counts, and a list replaces the outer one", () => {
  const outer = { loginUrl: said("a", 1), tokens: said(["x"], 2) };
  const inner = { tokens: said(["y"], 3) };
  const merged = mergeSettings(outer, inner, assert.fail);
  assert.deepEqual(merged, { ...outer, ...inner });
});

test("a key within sets the digest back, and that is told at its line", () => {
  const keyLine = at(2);
  const inner: TicketSettings = {
    keyFile: { value: "/k", at: keyLine },
    digest: { value: "sha1", at: keyLine },
  };
  const remarks = createRemarks();
  const merged = mergeSettings({ digest: said("sha256", 1) }, inner, remarks.report);
  assert.equal(merged.digest?.value, "sha1");
  assert.deepEqual(
    remarks.all().map(({ level, line }) => [level, line]),
    [["warning", 2]],
  );
});

test("nothing is told where the digest stays what it was", () => {
  const keyLine = at(2);
  const key = { value: "/k", at: keyLine };
  mergeSettings(
    { digest: said("sha1", 1) },
    { keyFile: key, digest: { value: "sha1", at: keyLine } },
    assert.fail,
  );
  mergeSettings(
    { digest: said("sha256", 1) },
    { keyFile: key, digest: said("sha256", 3) },
    assert.fail,
  );
});
