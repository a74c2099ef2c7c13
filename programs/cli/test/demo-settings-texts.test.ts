import assert from "node:assert/strict";
import { test } from "node:test";
import { gatewaySettings } from "@countersign/gatewayd";
import { loginSettings } from "@countersign/login";
import { parseSettings } from "@countersign/settings";
import { planDemo } from "../src/demo/plan.ts";
import { gatewayYaml, loginYaml } from "../src/demo/settings-texts.ts";

for (const port of [1, 8400, 65_532]) {
  test(`the settings that begin at port ${port} have no problem`, () => {
    const plan = planDemo(port, "data");
    const login = parseSettings(loginSettings, { name: "login.yaml", text: loginYaml(plan) });
    assert.ok(login.ok);
    assert.equal(login.settings.publicUrl, `http://sso.demo.localhost:${port}`);
    const text = gatewayYaml(plan);
    const gateway = parseSettings(gatewaySettings, { name: "gateway.yaml", text });
    assert.ok(gateway.ok);
    const places = gateway.settings.sites.map(({ origin, places }) => [
      new URL(origin).hostname,
      ...places.map(({ path, anyOfTokens }) => `${path} ${anyOfTokens}`),
    ]);
    assert.deepEqual(places, [
      ["wiki.demo.localhost", "/edit editors", "/admin admin"],
      ["shop.demo.localhost", "/staff staff", "/admin admin"],
    ]);
  });
}
