import assert from "node:assert/strict";
import { test } from "node:test";
import { type GatewayOptions, gatewayOptions } from "../../src/migrate/gateway-options.ts";
import { createRemarks, type Remark } from "../../src/migrate/remark.ts";
import type { TicketSettings, TicketValues } from "../../src/migrate/ticket-settings.ts";

type Level = Remark["level"];
type Case = readonly [values: Partial<TicketValues>, options: GatewayOptions, ...told: Level[]];

function convert(values: Partial<TicketValues>) {
  const remarks = createRemarks();
  const settings = Object.fromEntries(
    Object.entries(values).map(([name, value], index) => [
      name,
      { value, at: { file: "f", line: index + 1 } },
    ]),
  ) as TicketSettings;
  const options = gatewayOptions(settings, {
    origin: "https://a.example",
    secretName: () => "basic-auth-1.key",
    report: remarks.report,
  });
  return { options, remarks: remarks.all() };
}

const url = "https://sso.example/x";

const each: Record<keyof TicketValues, Case> = {
  keyFile: [{ keyFile: "/k", digest: "sha1" }, { keys: [{ file: "/k", digest: "sha1" }] }],
  digest: [{ digest: "sha256" }, {}],
  loginUrl: [{ loginUrl: url }, { loginUrl: url }],
  timeoutUrl: [{ timeoutUrl: url }, { timeoutUrl: url }],
  postTimeoutUrl: [{ postTimeoutUrl: url }, { postTimeoutUrl: url }, "warning"],
  refreshUrl: [{ refreshUrl: url }, { refreshUrl: url }],
  unauthorisedUrl: [{ unauthorisedUrl: url }, { unauthorisedUrl: url }],
  badAddressUrl: [{ badAddressUrl: url }, { badAddressUrl: url }],
  multifactorUrl: [{ multifactorUrl: url }, { multifactorUrl: url }],
  ticketHeaders: [{ ticketHeaders: "X-A Cookie" }, { ticketHeaders: ["X-A", "Cookie"] }],
  cookieName: [{ cookieName: "t" }, { cookieName: "t" }],
  backArgument: [{ backArgument: "b" }, { backArgument: "b" }],
  requireTls: [{ requireTls: true }, { requireTls: true }],
  requireMultifactor: [{ requireMultifactor: false }, { requireMultifactor: false }],
  tokens: [{ tokens: ["a", "b", "a"] }, { anyOfTokens: ["a", "b"] }],
  fakeBasicAuth: [{ fakeBasicAuth: true }, { basicAuth: "fake" }, "warning"],
  passBasicAuth: [{ passBasicAuth: true }, { basicAuth: "ticket" }, "warning"],
  basicAuthKey: [
    { passBasicAuth: true, basicAuthKey: "0123456789abcdef" },
    { basicAuth: "ticket", basicAuthKey: { file: "basic-auth-1.key" } },
    "warning",
    "warning",
  ],
  debug: [{ debug: 2 }, { debug: 2 }, "warning"],
};

const odd: Record<string, Case> = {
  "an address on the site": [
    { loginUrl: "/login" },
    { loginUrl: "https://a.example/login" },
    "warning",
  ],
  "an address of nowhere": [{ loginUrl: "login" }, {}, "error"],
  "an address with a fragment": [{ loginUrl: `${url}#a` }, {}, "error"],
  "an address with a password": [{ loginUrl: "https://a:b@c/" }, {}, "error"],
  "a name that is no cookie's": [{ cookieName: "a b" }, {}, "error"],
  "a back argument that needs encoding": [{ backArgument: "a[]" }, {}, "error"],
  "a back argument called NULL": [{ backArgument: "NULL" }, { backArgument: "NULL" }, "warning"],
  "no headers": [{ ticketHeaders: '""' }, {}, "error"],
  "tokens after NULL": [{ tokens: ["NULL", "a"] }, { anyOfTokens: [] }, "warning"],
  "NULL after a token": [{ tokens: ["a", "NULL"] }, { anyOfTokens: ["a", "NULL"] }],
  "a token with a comma beside others": [
    { tokens: ["a,b", "c"] },
    { anyOfTokens: ["c"] },
    "warning",
  ],
  "tokens that nobody can hold": [
    { tokens: ["a,b"] },
    { anyOfTokens: ["nobody"], noneOfTokens: ["nobody"] },
    "error",
    "warning",
  ],
  "fake passwords switched off": [{ fakeBasicAuth: false }, { basicAuth: "none" }],
  "a key without use": [{ basicAuthKey: "0123456789abcdef" }, {}],
  "both kinds of passwords": [
    { passBasicAuth: true, fakeBasicAuth: true },
    { basicAuth: "ticket-or-fake" },
    "warning",
  ],
  "more debugging than there is": [{ debug: 9 }, { debug: 3 }, "warning"],
};

for (const [name, [values, expected, ...told]] of Object.entries({ ...each, ...odd })) {
  test(`turns into settings of the gateway: ${name}`, () => {
    const { options, remarks } = convert(values);
    assert.deepEqual(options, expected);
    assert.deepEqual(remarks.map(({ level }) => level).sort(), told);
  });
}

test("no remark repeats the key of passwords", () => {
  const { remarks } = convert({ passBasicAuth: true, basicAuthKey: "0123456789abcdef" });
  for (const { text } of remarks) assert.doesNotMatch(text, /0123456789abcdef/);
});
