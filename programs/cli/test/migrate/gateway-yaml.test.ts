import assert from "node:assert/strict";
import { test } from "node:test";
import { gatewaySettings } from "@countersign/gatewayd";
import { parseSettings } from "@countersign/settings";
import fc from "fast-check";
import { gatewayYaml } from "../../src/migrate/gateway-yaml.ts";

const at = { file: "/etc/apache2/a.conf", line: 3 };

test("writes settings that gatewayd takes, with places", () => {
  const yaml = gatewayYaml("/run/a.sock", [
    {
      origin: "https://a.example",
      at,
      options: {
        keys: [{ file: "/k", digest: "sha1" }],
        requireTls: true,
        anyOfTokens: ["no", "x y"],
      },
      places: [
        {
          address: { kind: "path", text: "/a" },
          conditions: { methods: ["POST"] },
          options: { basicAuth: "ticket", basicAuthKey: { file: "k.key" } },
        },
      ],
    },
  ]);
  assert.equal(
    yaml,
    `# Written by countersign migrate apache. Look it over, then: countersign check gateway.yaml
fastcgi: ["unix:/run/a.sock"]
sites:
  # /etc/apache2/a.conf:3
  - origin: "https://a.example"
    compatibility: mod_auth_pubtkt
    answerWith: redirects
    loopBreaker: false
    keys: [{ file: "/k", digest: sha1 }]
    requireTls: true
    anyOfTokens: ["no", "x y"]
    places:
      - path: "/a"
        methods: [POST]
        basicAuth: ticket
        basicAuthKey: { file: "k.key" }
`,
  );
});

test("any text comes back from the YAML as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (file) => {
      const options = { keys: [{ file }] };
      const sites = [{ origin: "https://a.example", at, options, places: [] }];
      const parsed = parseSettings(gatewaySettings, { name: "y", text: gatewayYaml("/a", sites) });
      if (!parsed.ok) return;
      assert.deepEqual(
        parsed.settings.sites[0]?.keys?.map((key) => key.file),
        [file],
      );
    }),
  );
});

test("gatewayd does not start with what could not be carried over", () => {
  const site = { origin: "https://a.example", at, options: { keys: [{ file: "/k" }] }, places: [] };
  const errors = [{ level: "error", file: "/a.conf", line: 7, text: "who knows" }] as const;
  const settings = (text: string) => parseSettings(gatewaySettings, { name: "y", text });
  assert.ok(settings(gatewayYaml("/a", [site])).ok);
  const text = gatewayYaml("/a", [site], errors);
  assert.match(text, /^unresolved:\n {2}- "\/a\.conf:7: who knows"$/m);
  const parsed = settings(text);
  assert.deepEqual(parsed.ok ? [] : parsed.problems.map(({ setting }) => setting), ["unresolved"]);
});
