import fc from "fast-check";
import { type Case, pageHeaders } from "./case.ts";
import { hostOf } from "./cases.ts";
import { flawedTickets } from "./flawed-tickets.ts";
import { type KeyName, keyNames } from "./keys.ts";
import { pages } from "./old-server-files.ts";
import {
  type Directive,
  type Directives,
  guarded,
  type OldSite,
  type Section,
} from "./old-site.ts";
import { passthruKey } from "./old-sites.ts";
import { type Carrier, carriers, type Damage, damages, type TicketPlan } from "./old-ticket.ts";
import { encryptedBauth, moments } from "./old-tickets.ts";

const word = fc.constantFrom("staff", "ops", "admin", "administrator", "a.b-c_d", "x");
const onOff = fc.constantFrom("on", "off");

/** Most visits are to pass the first checks, so that the later ones are made as well. */
const seldomOn = fc.constantFrom("on", "off", "off", "off", "off", "off");

const url = fc
  .tuple(
    fc.constantFrom("http://sso.example.com", "https://sso.example.com:8443"),
    fc.constantFrom("/login", "/timeout", "/a/b.php", "/"),
    fc.constantFrom("", "?", "?lang=en", "?back=no&x=%26"),
  )
  .map((parts) => parts.join(""));

/** Key and digest, by which a server trusts. */
const trust = {
  TKTAuthPublicKey: fc.constantFrom(...keyNames).map((name) => `@${name}@`),
  TKTAuthDigest: fc.constantFrom("SHA1", "SHA224", "SHA256", "SHA384", "SHA512"),
};

/** Every directive of a place, with the values that it may have. */
const placeDirectives = {
  TKTAuthLoginURL: url,
  TKTAuthTimeoutURL: url,
  TKTAuthPostTimeoutURL: url,
  TKTAuthUnauthURL: url,
  TKTAuthBadIPURL: url,
  TKTAuthRefreshURL: url,
  TKTAuthMultifactorURL: url,
  TKTAuthHeader: fc.constantFrom(
    "Cookie",
    "cookie",
    "X-Ticket Cookie",
    "Cookie X-Ticket",
    "X-Ticket",
  ),
  TKTAuthCookieName: fc.constantFrom("auth_pubtkt", "sso", "tkt-2"),
  TKTAuthBackArgName: fc.constantFrom("back", "return_to", "u"),
  TKTAuthRequireSSL: seldomOn,
  TKTAuthToken: fc
    .uniqueArray(fc.oneof(word, fc.constant("NULL")), { minLength: 1, maxLength: 3 })
    .map((words) => words.join(" ")),
  TKTAuthFakeBasicAuth: onOff,
  TKTAuthPassthruBasicAuth: onOff,
  TKTAuthPassthruBasicKey: fc.constant(passthruKey),
  TKTAuthRequireMultifactor: seldomOn,
  TKTAuthDebug: fc.constantFrom("0", "1", "2", "3"),
} satisfies Record<Exclude<Directive, keyof typeof trust>, fc.Arbitrary<string>>;

const directives: fc.Arbitrary<Directives> = fc.record(placeDirectives, { requiredKeys: [] });

const subsections: fc.Arbitrary<Section> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("Location", "Directory", ".htaccess"),
    path: fc.constantFrom("/area", "/area/deep", "/other"),
    directives,
  }),
  fc.record({ kind: fc.constant("Files"), name: fc.constant("special.cgi"), directives }),
);

const rootSections: fc.Arbitrary<Section> = fc.record({
  kind: fc.constantFrom("Location", "Directory", ".htaccess"),
  path: fc.constantFrom("/", "/", "/area"),
  directives,
  others: fc.constant(guarded),
});

/** Any site that Apache starts with. */
export const oldSites: fc.Arbitrary<OldSite> = fc
  .record({
    scheme: fc.constantFrom("http", "http", "http", "https"),
    server: fc.record(trust),
    root: rootSections,
    within: fc.array(subsections, { maxLength: 3 }),
  })
  .map(({ scheme, server, root, within }) => ({
    scheme,
    server,
    sections: onlyOneFileEach([root, ...within]),
  }));

/** A folder has one .htaccess file. */
function onlyOneFileEach(sections: readonly Section[]): readonly Section[] {
  const places = new Set<string>();
  return sections.filter((section) => {
    const place = section.kind === ".htaccess" ? section.path : undefined;
    if (place === undefined) return true;
    const isNew = !places.has(place);
    places.add(place);
    return isNew;
  });
}

const moment = fc.constantFrom(moments.past, moments.future);
const text = fc.string({ unit: fc.constantFrom(..."ab Z09=%&+:/?ü€\"'".split("")), maxLength: 30 });
const trimmed = text.map((value) => value.trim());

/** Each field with values that honest writers give it. */
const fields = {
  uid: fc.oneof(
    fc.constantFrom("ada", "grace.hopper"),
    trimmed.filter((uid) => /^[^:]+$/.test(uid)),
  ),
  validuntil: often(moments.future, moment),
  graceperiod: often(moments.future, fc.constantFrom(moments.past, "", "0")),
  cip: often("127.0.0.1", fc.constantFrom("", "192.0.2.7", "2001:db8::7")),
  tokens: fc.array(word, { maxLength: 4 }).map((words) => words.join(",")),
  udata: text,
  multifactor: fc.constantFrom("", "0", "1", "2", "01"),
  bauth: fc
    .tuple(fc.constantFrom("ada", "b c"), fc.string({ unit: "grapheme-ascii", maxLength: 12 }))
    .map(([user, password]) => encryptedBauth(`${user}:${password}`)),
};

const honest: fc.Arbitrary<TicketPlan> = fc
  .record({
    fields: fc
      .record(fields, { requiredKeys: ["uid", "validuntil"] })
      .chain((record) => inAnyOrder(Object.entries(record))),
    key: often<KeyName | undefined>(undefined, fc.constantFrom(...keyNames)),
    damage: often<Damage | undefined>(undefined, fc.constantFrom(...damages)),
  })
  .map(({ key, ...plan }) => (key === undefined ? plan : { ...plan, key, digest: "SHA256" }));

const tickets = fc.oneof(
  { weight: 10, arbitrary: honest },
  { weight: 1, arbitrary: fc.constantFrom(...Object.values(flawedTickets)) },
);

const targets = fc
  .tuple(
    fc.constantFrom(...pages),
    fc.constantFrom("", "", "/a%20b", "/%C3%BC+d", "/x;y=z"),
    fc.constantFrom("", "", "?", "?a=b&c=%2F", "?back=http://evil.example/"),
  )
  .map((parts) => parts.join(""));

const asks = fc.record({
  target: targets,
  method: fc.constantFrom("GET", "GET", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"),
  httpVersion: fc.constantFrom("1.1", "1.1", "1.0"),
  headers: fc
    .subarray([
      ...pageHeaders,
      ["Authorization", `Basic ${btoa("eve:secret")}`],
      ["X-Requested-With", "XMLHttpRequest"],
      ["X-Forwarded-For", "192.0.2.7"],
      ["X-Forwarded-Proto", "https"],
      ["X-Forwarded-Host", "evil.example"],
      ["Remote-User", "root"],
    ] as const)
    .map((headers) => [...headers]),
});

/** A case on one of `sites`, which are named by their place in the list. */
export function casesOn(sites: readonly OldSite[]): fc.Arbitrary<Case> {
  const all = sites.map((site, index) => ({ site, host: poolHost(index) }));
  return fc
    .record({
      place: fc.constantFrom(...all),
      ask: asks,
      ticket: fc.option(tickets, { nil: undefined, freq: 8 }),
      carrier: often<Carrier>("cookie", fc.constantFrom(...carriers)),
    })
    .map(({ place, ...rest }) => ({ ...place, ...rest }));
}

/** The host of a site of the pool. */
export function poolHost(index: number): string {
  return hostOf(`pool ${index}`);
}

function inAnyOrder<T>(items: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(items, { minLength: items.length });
}

function often<T>(value: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: others });
}
