import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { encodeTicket } from "../src/encoding.ts";
import { byteLength } from "../src/fields.ts";
import { createIssuer } from "../src/issuer.ts";
import type { TicketFields } from "../src/ticket.ts";
import { signingKey } from "./keys.ts";

const page = readFileSync(new URL("../../../docs/reference/ticket.md", import.meta.url), "utf8");

const longest: TicketFields = {
  uid: "ada",
  clientAddress: "192.0.2.7",
  validUntil: 1763766000,
  graceAfter: 1763762400,
  multifactor: true,
  tokens: ["staff"],
  userData: "text",
  basicAuth: "YTpi",
  issuedAt: 1763760000,
  signInId: "abc",
  ticketId: "def",
  audience: ["wiki.example.com"],
  confirmationKey: "t".repeat(43),
};

test("the reference page states what each field costs", () => {
  const text = createIssuer(signingKey("ed25519")).issue(longest);
  const rows = new Map(
    [...page.matchAll(/^\| `(\w+)` \|.*\| ([^|]*) \|$/gm)].map((row) => [row[1], row[2] ?? ""]),
  );
  let checked = 0;
  for (const [index, pair] of text.split(";").entries()) {
    const name = pair.slice(0, pair.indexOf("="));
    if (name === "sig") continue;
    const length = pair.length - name.length - 1;
    const expected = (rows.get(name) ?? "").split(", ").map((cost) => {
      const [fixed = "", variable] = cost.split(" + ");
      return Number(fixed) + (variable === "n" ? length : 0);
    });
    const whole = index === 0 ? pair : `;${pair}`;
    assert.deepEqual([byteLength(whole), encodeTicket(whole).length], expected, name);
    checked++;
  }
  assert.equal(checked, rows.size - 1, "every row but sig");
});

test("the reference page states what signatures cost", () => {
  const sizes = { ed25519: 93, rsa: 349 } as const;
  for (const type of ["ed25519", "rsa"] as const) {
    const text = createIssuer(signingKey(type)).issue({ uid: "a", validUntil: 9 });
    assert.equal(text.length - text.indexOf(";sig="), sizes[type]);
    assert.match(page, new RegExp(`\\b${sizes[type]}\\b`));
  }
});
