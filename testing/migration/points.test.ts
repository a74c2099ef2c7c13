import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asker, createAsker } from "./asking.ts";
import { pageHeaders } from "./case.ts";
import type { Answer } from "./exchange.ts";
import type { TicketPlan } from "./old-ticket.ts";
import { encryptedBauth, moments } from "./old-tickets.ts";
import { addSettings, pointSites } from "./point-sites.ts";
import { startTwoSides } from "./two-sides.ts";

// Most points are also compared on every site (differences.ts); here each has its plainest cases, with
// the module's answer before ours. testing/interop/apache-pubtkt.test.ts has further ones of point 3.

test("each point in which we answer better than the module", async (t) => {
  const sides = await startTwoSides(t, new Map(Object.entries(pointSites)), addSettings);
  const asker = createAsker(sides);
  for (const [name, show] of Object.entries(points)) await t.test(name, () => show(asker));
});

const points: Readonly<Record<string, (asker: Asker) => Promise<void>>> = {
  async "1: a ticket stays refused where its key is not trusted, whoever else has taken it"(asker) {
    const text = asker.write("plain.example.com", ticket());
    assert.deepEqual(await asker.statuses("other-key.example.com", { text }), [307, 307]);
    assert.deepEqual(await asker.statuses("plain.example.com", { text }), [200, 200]);
    assert.deepEqual(await asker.statuses("other-key.example.com", { text }), [200, 307]);
  },

  async "2: a digest is what the settings say, and the migration tells where the module forgot it"({
    statuses,
    sides,
  }) {
    // Tickets that worked keep working: the settings say sha1 there, for all to see.
    const sha256 = { ticket: { ...ticket(), digest: "SHA256" } };
    assert.deepEqual(await statuses("late-key.example.com", sha256), [307, 307]);
    assert.deepEqual(await statuses("late-key.example.com", { ticket: ticket() }), [200, 200]);
    assert.ok(sides.remarks.some((remark) => /: warning: .*sha256.* to sha1/.test(remark)));
  },

  async "3: a cookie is found by its name, and a good one behind a bad one"({ statuses }) {
    for (const [carrier, expected] of [
      ["cookie whose name ends alike", [200, 307]],
      ["cookie inside another", [200, 307]],
      ["cookie after a bad one", [307, 200]],
    ] as const) {
      const found = await statuses("plain.example.com", { ticket: ticket(), carrier });
      assert.deepEqual(found, expected, carrier);
    }
  },

  async "4: the visitor's own Authorization never passes for ours"({ answers }) {
    const own = `Basic ${btoa("root:root")}`;
    const asking = { ticket: ticket(), headers: [...pageHeaders, ["Authorization", own] as const] };
    const fake = await answers("fake.example.com", asking);
    assert.equal(fake.module.seen?.authorization, own);
    assert.equal(fake.migrated.seen?.authorization, `Basic ${btoa("ada:password")}`);
    const none = await answers("passthru.example.com", asking);
    assert.equal(none.module.seen?.authorization, own);
    assert.equal(none.migrated.seen?.authorization, "");
  },

  async "5: a wrong address and nowhere to go are 403"({ statuses }) {
    // Upstream's 0.13 and 0.14 crash; Debian's package is patched.
    const elsewhere = { ticket: ticket(["cip", "192.0.2.7"]) };
    assert.deepEqual(await statuses("nowhere.example.com", elsewhere), [403, 403]);
  },

  async "6: a field that is too long is no shorter one"({ statuses }) {
    const long = { ticket: ticket(["tokens", `${"t".repeat(249)},admin-readonly`]) };
    assert.deepEqual(await statuses("token.example.com", long), [200, 307]);
  },

  async "7: a number is digits and nothing else"({ statuses }) {
    for (const validUntil of ["-1", `+${moments.future}`, `${moments.future}abc`]) {
      const fields = [["uid", "ada"] as const, ["validuntil", validUntil] as const];
      const both = await statuses("plain.example.com", { ticket: { fields } });
      assert.deepEqual(both, [200, 307], validUntil);
    }
  },

  async "8: a ticket has one spelling"({ statuses }) {
    for (const damage of ["something after the signature", "no padding", "unused bits"] as const) {
      const respelled = { ticket: { ...ticket(), damage } };
      assert.deepEqual(await statuses("plain.example.com", respelled), [200, 307], damage);
    }
  },

  async "9: a field stands once, and holds no line ends"({ answers, statuses }) {
    const twice = await answers("plain.example.com", { ticket: ticket(["uid", "eve"]) });
    assert.deepEqual([twice.module.seen?.user, twice.migrated.status], ["eve", 307]);
    const injected = { ticket: ticket(["udata", "a\r\nX-Admin: 1"]) };
    assert.deepEqual(await statuses("plain.example.com", injected), [200, 307]);
  },

  async "10: an address is the same in every spelling"({ statuses }) {
    const mapped = { ticket: ticket(["cip", "::ffff:7f00:1"]) };
    assert.deepEqual(await statuses("plain.example.com", mapped), [307, 200]);
  },

  async "11: the way back is the address that was asked for, at our own name"(asker) {
    const headers = [...pageHeaders, ["X-Forwarded-Host", "evil.example"]] as const;
    const target = "/show.cgi/a%3Fb+c?d=e";
    const { module, migrated } = await asker.answers("plain.example.com", { target, headers });
    assert.equal(backOf(module), "http://evil.example/show.cgi/a?b+c?d=e");
    assert.equal(backOf(migrated), `${asker.originOf("plain.example.com")}${target}`);
    // A plus sign that is not encoded is a space to whoever reads an argument.
    assert.match(module.location ?? "", /b\+c/);
    assert.match(migrated.location ?? "", /b%2Bc/);
  },

  async "12: what an outer proxy says of TLS counts, if it is one of ours"({
    statuses,
    forwarded,
  }) {
    // Said to Apache itself; neither believes it, and with the module there is no other way.
    const headers = [...pageHeaders, ["X-Forwarded-Proto", "https"]] as const;
    const said = { ticket: ticket(), headers };
    assert.deepEqual(await statuses("tls.example.com", said), [307, 307]);
    for (const [host, scheme, from, status] of [
      ["secure.example.com", "https", "127.0.0.1", 200],
      ["tls.example.com", "http", "127.0.0.1", 307],
      ["secure.example.com", "https", "127.0.0.3", 403],
    ] as const) {
      assert.equal(await forwarded(host, { scheme, from, ticket: ticket() }), status, host);
    }
  },

  async "13: a form does not go along to the login server"({ statuses }) {
    assert.deepEqual(await statuses("plain.example.com", { method: "POST" }), [307, 303]);
  },

  async "14: nobody stores where somebody was sent"({ answers }) {
    const { module, migrated } = await answers("plain.example.com", {});
    assert.equal(module.cacheControl, undefined);
    assert.equal(migrated.cacheControl, "no-store");
  },

  async "15: what is not encrypted with our key is no password"({ answers, statuses }) {
    const another = encryptedBauth("ada:secret", "fedcba9876543210");
    for (const bauth of [btoa("a:b"), another]) {
      const asking = { ticket: ticket(["bauth", bauth]) };
      const { module, migrated } = await answers("passthru.example.com", asking);
      assert.match(module.seen?.authorization ?? "", /^Basic ./);
      assert.deepEqual([migrated.status, migrated.seen?.authorization], [200, ""]);
    }
    const cut = Buffer.from(encryptedBauth("ada:secret"), "base64").subarray(0, -3);
    const asking = { ticket: ticket(["bauth", cut.toString("base64")]) };
    assert.deepEqual(await statuses("passthru.example.com", asking), [500, 200]);
  },

  async "16: no ticket in the log, nor, where we are asked, in the application"(asker) {
    const asking = { ticket: ticket() };
    await asker.answers("debug.example.com", asking);
    assert.match(asker.sides.moduleLog(), /uid=ada;validuntil=[0-9]+;number=[0-9]+;sig=/);
    assert.match(asker.sides.gatewayLog(), /debug\.example\.com/);
    assert.doesNotMatch(asker.sides.gatewayLog(), /sig=|sig%3D|auth_pubtkt=/i);
    const { module, migrated } = await asker.answers("hidden.example.com", asking);
    assert.match(module.seen?.cookie ?? "", /sig%3D/);
    assert.deepEqual([migrated.seen?.user, migrated.seen?.cookie], ["ada", ""]);
  },

  async "17: a ticket can be meant for one site, and a site can trust several keys"({ statuses }) {
    const meant = { ticket: ticket(["aud", "elsewhere.example.com"]) };
    assert.deepEqual(await statuses("plain.example.com", meant), [200, 307]);
    const earlier = { ticket: { ...ticket(), key: "other-rsa" } } as const;
    assert.deepEqual(await statuses("two-keys.example.com", earlier), [307, 200]);
    assert.deepEqual(await statuses("two-keys.example.com", { ticket: ticket() }), [200, 200]);
  },

  async "18: a path that could be two places is a bad request"({ statuses }) {
    for (const [target, expected] of [
      ["//area/show.cgi", [307, 400]],
      ["/x/../area/show.cgi", [307, 400]],
      ["/area/%2e%2e/show.cgi", [200, 400]],
      // Apache tells capital letters from small ones; the next server may not.
      ["/Area/show.cgi", [404, 400]],
      // Both places are the same here.
      ["/show.cgi/a//b;jsessionid=1", [200, 200]],
    ] as const) {
      const both = await statuses("places.example.com", { target, ticket: ticket() });
      assert.deepEqual(both, expected, target);
    }
  },
};

/** Ada's, with further fields. */
function ticket(...fields: readonly (readonly [name: string, value: string])[]): TicketPlan {
  return { fields: [["uid", "ada"], ["validuntil", moments.future], ...fields] };
}

function backOf({ location = "" }: Answer): string {
  return decodeURIComponent(location.slice(location.lastIndexOf("=") + 1));
}
