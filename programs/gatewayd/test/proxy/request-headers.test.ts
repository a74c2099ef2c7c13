import assert from "node:assert/strict";
import { test } from "node:test";
import { type Allow, identityHeaderNames } from "@countersign/gateway";
import fc from "fast-check";
import { pairs } from "../../src/proxy/hop-by-hop.ts";
import { requestHeaders } from "../../src/proxy/request-headers.ts";
import { decisionOn, visitWith } from "../decisions.ts";
import { cookies } from "../sample.ts";

const visit = visitWith({ cookie: cookies });

function allowed(): Allow {
  const decision = decisionOn(visit, { hideTicket: true });
  if (decision.kind !== "allow") throw new Error(decision.kind);
  return decision;
}

/** Names as they are, or as somebody may write them who wants them to be taken for those. */
const name = fc
  .tuple(
    fc.constantFrom(
      ...["Remote-User", "Remote-User-Tokens", "Remote-User-Data", "Auth-Type", "Host", "Cookie"],
      ...["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded"],
      ...["X-Original-URL", "Connection", "Accept", "X-Own"],
    ),
    fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
    fc.constantFrom("-", "_", ".", "!", "~"),
  )
  .map(([name, capitals, separator]) =>
    [...name.replaceAll("-", separator)]
      .map((letter, index) => (capitals[index] ? letter.toUpperCase() : letter.toLowerCase()))
      .join(""),
  );
const value = fc.oneof(
  fc.constant("root"),
  fc.tuple(name, name).map((names) => names.join(", ")),
);

test("says everything that only we may say exactly once, whatever the client says", () => {
  const { policy } = allowed();
  const ours = [...identityHeaderNames(Object.values(policy.identityNames))];
  const once = [...ours, "host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"];
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 30 }), (sent) => {
      const headers = requestHeaders(sent.flat(), visit, allowed());
      const said = [...pairs(headers)].map(([name, value]) => [
        name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-"),
        value,
      ]);
      for (const name of once) {
        const values = said.filter(([said]) => said === name).map(([, value]) => value);
        assert.deepEqual(values, [expected[name] ?? ""], name);
      }
      const names = said.map(([name]) => name);
      for (const name of ["forwarded", "x-real-ip", "x-original-url", "connection", "cookie"]) {
        assert.ok(!names.includes(name), name);
      }
    }),
  );
});

const expected: Readonly<Record<string, string>> = {
  "remote-user": "ada",
  "auth-type": "mod_auth_pubtkt",
  host: "wiki.example.com",
  "x-forwarded-for": "192.0.2.7",
  "x-forwarded-proto": "http",
  "x-forwarded-host": "wiki.example.com",
};

test("leaves alone what only the client can say", () => {
  const sent = ["Accept", "a", "ACCEPT", "b", "Range", "bytes=0-", "Sec-WebSocket-Key", "k"];
  const headers = requestHeaders(sent, visit, allowed());
  assert.deepEqual(headers.slice(2, 2 + sent.length), sent);
});

test("names the upstream's own host where it is told to", () => {
  assert.deepEqual(
    requestHeaders(["Host", "x"], visit, allowed(), { host: "app:3000" }).slice(0, 2),
    ["Host", "app:3000"],
  );
});
