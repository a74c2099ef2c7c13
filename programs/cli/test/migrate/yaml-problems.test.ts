import assert from "node:assert/strict";
import { test } from "node:test";
import { gatewayYaml } from "../../src/migrate/gateway-yaml.ts";
import { createRemarks } from "../../src/migrate/remark.ts";
import { reportYamlProblems } from "../../src/migrate/yaml-problems.ts";

const site = (line: number, cookieName: string) => ({
  origin: `https://a${line}.example`,
  at: { file: "f", line },
  options: { keys: [{ file: "/k" }], cookieName },
  places: [],
});

test("tells what gatewayd does not take, at the server that it came from", () => {
  const sites = [site(1, "good"), site(20, "not good")];
  const remarks = createRemarks();
  reportYamlProblems(gatewayYaml("/a.sock", sites), sites, remarks.report);
  assert.deepEqual(
    remarks.all().map(({ level, line }) => [level, line]),
    [["error", 20]],
  );
  assert.match(remarks.all()[0]?.text ?? "", /sites\[1\]\.cookieName/);
});

test("says nothing of settings that are right", () => {
  const sites = [site(1, "good")];
  reportYamlProblems(gatewayYaml("/a.sock", sites), sites, assert.fail);
});
