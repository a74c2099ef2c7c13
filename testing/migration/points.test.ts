import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeTicket } from "@countersign/ticket";
import { request } from "../kit/request.ts";
import { type Case, effective, pageHeaders, visitOf } from "./case.ts";
import type { Answer } from "./exchange.ts";
import { type Directives, guarded, type OldSite } from "./old-site.ts";
import { passthruKey } from "./old-sites.ts";
import { type TicketPlan, writeTicket } from "./old-ticket.ts";
import { encryptedBauth, moments } from "./old-tickets.ts";
import { startTwoSides, type TwoSides } from "./two-sides.ts";

// Points 3, 4, 6 to 11, 13, 14 and 18 are compared on every site (differences.ts); here each has its
// plainest case. testing/interop/apache-pubtkt.test.ts has further ones of point 3.

const rsa = { TKTAuthPublicKey: "@rsa@", TKTAuthDigest: "SHA256" } as const;
const login = { TKTAuthLoginURL: "http://sso.example.com/login" } as const;

function site(
  directives: Directives,
  server: Directives = rsa,
  lines: readonly string[] = [],
): OldSite {
  const others = [...guarded, ...lines];
  const root = { kind: "Location", path: "/", directives, others } as const;
  return { scheme: "http", server, sections: [root] };
}

/** As in examples/apache-fcgi; they do nothing where gatewayd says nothing of cookies. */
const hidingLines = [
  "RequestHeader unset Cookie env=COUNTERSIGN_COOKIES",
  `RequestHeader set Cookie "expr=%{reqenv:COUNTERSIGN_COOKIES}" "expr=-n reqenv('COUNTERSIGN_COOKIES')"`,
];

const sites = {
  "plain.example.com": site(login),
  "other-key.example.com": site(login, { ...rsa, TKTAuthPublicKey: "@other-rsa@" }),
  "late-key.example.com": site(login, { TKTAuthDigest: "SHA256", TKTAuthPublicKey: "@rsa@" }),
  "fake.example.com": site({ ...login, TKTAuthFakeBasicAuth: "on" }),
  "passthru.example.com": site({
    ...login,
    TKTAuthPassthruBasicAuth: "on",
    TKTAuthPassthruBasicKey: passthruKey,
  }),
  "nowhere.example.com": site({ TKTAuthTimeoutURL: "http://sso.example.com/timeout" }),
  "token.example.com": site({ ...login, TKTAuthToken: "admin" }),
  "tls.example.com": site({ ...login, TKTAuthRequireSSL: "on" }),
  "secure.example.com": { ...site({ ...login, TKTAuthRequireSSL: "on" }), scheme: "https" },
  "places.example.com": {
    scheme: "http",
    server: rsa,
    sections: [
      { kind: "Location", path: "/", directives: login, others: guarded },
      { kind: "Location", path: "/area", directives: { TKTAuthToken: "admin" } },
    ],
  },
  "debug.example.com": site({ ...login, TKTAuthDebug: "3" }, rsa, ["LogLevel debug"]),
  "hidden.example.com": site(login, rsa, hidingLines),
  "two-keys.example.com": site(login),
} as const satisfies Record<string, OldSite>;

type Host = keyof typeof sites;

const ada: TicketPlan["fields"] = [
  ["uid", "ada"],
  ["validuntil", moments.future],
];

test("each point in which we answer better than the module", async (t) => {
  const sides = await startTwoSides(t, new Map(Object.entries(sites)), changed);
  for (const [name, show] of Object.entries(points)) await t.test(name, () => show(sides));
});

/** What the module has no directives for. */
function changed(yaml: string): string {
  const hidden = /(- origin: "http:\/\/hidden\..*\n)/;
  const twoKeys = /(- origin: "http:\/\/two-keys\.[^[]*keys: \[)/;
  const proxies = 'http: ["127.0.0.1:0"]\ntrustedProxies: ["127.0.0.1"]\n';
  return `${yaml
    .replace(hidden, "$1    hideTicket: true\n")
    .replace(twoKeys, "$1{ file: other-rsa.pem, digest: sha256 }, ")}${proxies}`;
}

const points: Readonly<Record<string, (sides: TwoSides) => Promise<void>>> = {
  async "1: a ticket stays refused where its key is not trusted, whoever else has taken it"(sides) {
    const text = write(sides, "plain.example.com", { fields: ada });
    const there = ask(sides, "other-key.example.com", { text });
    const here = ask(sides, "plain.example.com", { text });
    assert.deepEqual(await statuses(there), [307, 307]);
    assert.deepEqual(await statuses(here), [200, 200]);
    assert.deepEqual(await statuses(there), [200, 307]);
  },

  async "2: a digest is what the settings say, and the migration tells where the module forgot it"(
    sides,
  ) {
    const sha256: TicketPlan = { fields: ada, digest: "SHA256" };
    const both = await answers(ask(sides, "late-key.example.com", { ticket: sha256 }));
    // Tickets that worked keep working: the settings say sha1 there, for all to see.
    assert.deepEqual([both.module.status, both.migrated.status], [307, 307]);
    assert.ok(sides.remarks.some((remark) => /: warning: .*sha256.* to sha1/.test(remark)));
  },

  async "3: a cookie is found by its name, and a good one behind a bad one"(sides) {
    const outcomes = {
      "cookie whose name ends alike": [200, 307],
      "cookie inside another": [200, 307],
      "cookie after a bad one": [307, 200],
    } as const;
    for (const [carrier, expected] of Object.entries(outcomes)) {
      const c = { ticket: { fields: ada }, carrier: carrier as Case["carrier"] };
      assert.deepEqual(await statuses(ask(sides, "plain.example.com", c)), expected, carrier);
    }
  },

  async "4: the visitor's own Authorization never passes for ours"(sides) {
    const own = `Basic ${btoa("root:root")}`;
    const headers = [...pageHeaders, ["Authorization", own]] as const;
    const fake = await answers(
      ask(sides, "fake.example.com", { ticket: { fields: ada }, headers }),
    );
    assert.equal(fake.module.seen?.authorization, own);
    assert.equal(fake.migrated.seen?.authorization, `Basic ${btoa("ada:password")}`);
    const none = await answers(
      ask(sides, "passthru.example.com", { ticket: { fields: ada }, headers }),
    );
    assert.equal(none.module.seen?.authorization, own);
    assert.equal(none.migrated.seen?.authorization, "");
  },

  async "5: a wrong address and nowhere to go are 403"(sides) {
    const fields = [...ada, ["cip", "192.0.2.7"]] as const;
    // Upstream's 0.13 and 0.14 crash; Debian's package is patched.
    const both = await statuses(ask(sides, "nowhere.example.com", { ticket: { fields } }));
    assert.deepEqual(both, [403, 403]);
  },

  async "6: a field that is too long is no shorter one"(sides) {
    const tokens = `${"t".repeat(249)},admin-readonly`;
    const fields = [...ada, ["tokens", tokens]] as const;
    assert.deepEqual(
      await statuses(ask(sides, "token.example.com", { ticket: { fields } })),
      [200, 307],
    );
  },

  async "7: a number is digits and nothing else"(sides) {
    for (const validUntil of ["-1", `+${moments.future}`, `${moments.future}abc`]) {
      const fields = [
        ["uid", "ada"],
        ["validuntil", validUntil],
      ] as const;
      const both = await statuses(ask(sides, "plain.example.com", { ticket: { fields } }));
      assert.deepEqual(both, [200, 307], validUntil);
    }
  },

  async "8: a ticket has one spelling"(sides) {
    for (const damage of ["something after the signature", "no padding", "unused bits"] as const) {
      const ticket = { fields: ada, damage };
      assert.deepEqual(
        await statuses(ask(sides, "plain.example.com", { ticket })),
        [200, 307],
        damage,
      );
    }
  },

  async "9: a field stands once, and holds no line ends"(sides) {
    const twice = { fields: [["uid", "eve"] as const, ...ada] };
    const both = await answers(ask(sides, "plain.example.com", { ticket: twice }));
    assert.deepEqual([both.module.seen?.user, both.migrated.status], ["ada", 307]);
    const injected = { fields: [...ada, ["udata", "a\r\nX-Admin: 1"] as const] };
    assert.deepEqual(
      await statuses(ask(sides, "plain.example.com", { ticket: injected })),
      [200, 307],
    );
  },

  async "10: an address is the same in every spelling"(sides) {
    const ticket = { fields: [...ada, ["cip", "::ffff:7f00:1"] as const] };
    assert.deepEqual(await statuses(ask(sides, "plain.example.com", { ticket })), [307, 200]);
  },

  async "11: the way back is the address that was asked for, at our own name"(sides) {
    const headers = [...pageHeaders, ["X-Forwarded-Host", "evil.example"]] as const;
    const target = "/show.cgi/a%3Fb+c?d=e";
    const both = await answers(ask(sides, "plain.example.com", { target, headers }));
    const origin = originOf(sides, "plain.example.com");
    // A plus sign that is not encoded is a space to whoever reads an argument.
    assert.match(both.module.location ?? "", /b\+c/);
    assert.equal(backOf(both.module), "http://evil.example/show.cgi/a?b+c?d=e");
    assert.match(both.migrated.location ?? "", /b%2Bc/);
    assert.equal(backOf(both.migrated), `${origin}${target}`);
  },

  async "12: what the outer proxy says of TLS counts, if it is one of ours"(sides) {
    const headers = [...pageHeaders, ["X-Forwarded-Proto", "https"]] as const;
    const asked = ask(sides, "tls.example.com", { ticket: { fields: ada }, headers });
    // Said to Apache itself; neither believes it.
    assert.deepEqual(await statuses(asked), [307, 307]);
    const [proxy, stranger] = ["127.0.0.1", "127.0.0.3"];
    assert.equal(await forwarded(sides, "secure.example.com", "https", proxy), 200);
    assert.equal(await forwarded(sides, "tls.example.com", "http", proxy), 307);
    assert.equal(await forwarded(sides, "secure.example.com", "https", stranger), 403);
  },

  async "13: a form does not go along to the login server"(sides) {
    const both = await statuses(ask(sides, "plain.example.com", { method: "POST" }));
    assert.deepEqual(both, [307, 303]);
  },

  async "14: nobody stores where somebody was sent"(sides) {
    const both = await answers(ask(sides, "plain.example.com", {}));
    assert.deepEqual(
      [both.module.cacheControl, both.migrated.cacheControl],
      [undefined, "no-store"],
    );
  },

  async "15: what is not encrypted with our key is no password"(sides) {
    const wrongKey = encryptedBauth("ada:secret", "fedcba9876543210");
    const bauths = { short: btoa("a:b"), "of another key": wrongKey };
    for (const [name, bauth] of Object.entries(bauths)) {
      const ticket = { fields: [...ada, ["bauth", bauth] as const] };
      const both = await answers(ask(sides, "passthru.example.com", { ticket }));
      assert.match(both.module.seen?.authorization ?? "", /^Basic ./, name);
      assert.deepEqual([both.migrated.status, both.migrated.seen?.authorization], [200, ""], name);
    }
    const cut = Buffer.from(encryptedBauth("ada:secret"), "base64").subarray(0, -3);
    const ticket = { fields: [...ada, ["bauth", cut.toString("base64")] as const] };
    assert.deepEqual(await statuses(ask(sides, "passthru.example.com", { ticket })), [500, 200]);
  },

  async "16: no ticket in the log, nor, where we are asked, in the application"(sides) {
    await answers(ask(sides, "debug.example.com", { ticket: { fields: ada } }));
    assert.match(sides.moduleLog(), /uid=ada;validuntil=[0-9]+;number=[0-9]+;sig=/);
    assert.doesNotMatch(sides.gatewayLog(), /sig=|sig%3D|auth_pubtkt=/i);
    const hidden = await answers(ask(sides, "hidden.example.com", { ticket: { fields: ada } }));
    assert.match(hidden.module.seen?.cookie ?? "", /sig%3D/);
    assert.equal(hidden.migrated.seen?.user, "ada");
    assert.doesNotMatch(hidden.migrated.seen?.cookie ?? "", /sig%3D/);
  },

  async "17: a ticket can be meant for one site, and a site can trust several keys"(sides) {
    const ticket = { fields: [...ada, ["aud", "elsewhere.example.com"] as const] };
    assert.deepEqual(await statuses(ask(sides, "plain.example.com", { ticket })), [200, 307]);
    for (const [key, expected] of [["rsa", 200] as const, ["other-rsa", 307] as const]) {
      const asked = ask(sides, "two-keys.example.com", { ticket: { fields: ada, key } });
      assert.deepEqual(await statuses(asked), [expected, 200], key);
    }
  },

  async "18: a path that could be two places is a bad request"(sides) {
    for (const target of ["//area/show.cgi", "/x/../area/show.cgi", "/area/%2e%2e/show.cgi"]) {
      const asked = ask(sides, "places.example.com", { target, ticket: { fields: ada } });
      assert.equal((await answers(asked)).migrated.status, 400, target);
    }
    // Apache tells capital letters from small ones; the next server may not.
    const capital = ask(sides, "places.example.com", {
      target: "/Area/show.cgi",
      ticket: { fields: ada },
    });
    assert.deepEqual(await statuses(capital), [404, 400]);
    const harmless = ask(sides, "plain.example.com", {
      target: "/show.cgi/a//b;jsessionid=1",
      ticket: { fields: ada },
    });
    assert.deepEqual(await statuses(harmless), [200, 200]);
  },
};

/** What is asked, beside a GET of a page without a ticket. */
interface Asking {
  readonly text?: string;
  readonly ticket?: TicketPlan;
  readonly carrier?: Case["carrier"];
  readonly target?: string;
  readonly method?: string;
  readonly headers?: Case["ask"]["headers"];
}

function ask(sides: TwoSides, host: Host, asking: Asking) {
  const { target = "/show.cgi", method = "GET", headers = pageHeaders } = asking;
  const { ticket, carrier = "cookie", text } = asking;
  const request = { target, method, httpVersion: "1.1", headers } as const;
  const c: Case = { host, site: sites[host], ask: request, ticket, carrier };
  const visit = text === undefined ? visitOf(sides, c) : visitOf(sides, c, text);
  return { sides, visit };
}

async function answers({ sides, visit }: ReturnType<typeof ask>) {
  return { module: await sides.askModule(visit), migrated: await sides.askMigrated(visit) };
}

async function statuses(asked: ReturnType<typeof ask>): Promise<[number, number]> {
  const { module, migrated } = await answers(asked);
  return [module.status, migrated.status];
}

function write(sides: TwoSides, host: Host, ticket: TicketPlan): string {
  const request = { target: "/", method: "GET", httpVersion: "1.1", headers: [] } as const;
  const { digest } = effective({ host, site: sites[host], ask: request, carrier: "cookie" });
  return writeTicket(ticket, { keys: sides.keys, key: "rsa", digest });
}

function originOf(sides: TwoSides, host: Host): string {
  return sides.originOf(ask(sides, host, {}).visit);
}

function backOf({ location = "" }: Answer): string {
  return decodeURIComponent(location.slice(location.lastIndexOf("=") + 1));
}

/** The status with which the gateway answers a proxy at `from` that speaks for a visitor with a ticket. */
async function forwarded(
  sides: TwoSides,
  site: Host,
  scheme: "http" | "https",
  from: string,
): Promise<number> {
  const address = sides.gatewayAddresses.find((one) => one.startsWith("http"));
  const { host } = new URL(originOf(sides, site));
  const cookie = `auth_pubtkt=${encodeTicket(write(sides, site, { fields: ada }))}`;
  const { status } = await request({
    port: Number(new URL(address ?? "").port),
    path: "/forward-auth",
    from,
    headers: {
      accept: "text/html",
      cookie,
      "x-forwarded-method": "GET",
      "x-forwarded-proto": scheme,
      "x-forwarded-host": host,
      "x-forwarded-uri": "/show.cgi",
      "x-forwarded-for": "192.0.2.7",
    },
  });
  return status;
}
