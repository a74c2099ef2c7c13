import assert from "node:assert/strict";
import { test } from "node:test";
import { createGateway, type Gateway } from "@countersign/gateway";
import { gatewaySettings } from "@countersign/gatewayd";
import { parseSettings } from "@countersign/settings";
import {
  createVerifier,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import fc from "fast-check";
import { type Migration, migrateApache } from "../../src/migrate/migrate-apache.ts";
import { memoryWorld } from "./memory-world.ts";

/** A section of the old configuration; each sends visitors to a login address of its own. */
interface OldSection {
  readonly kind:
    | "Location"
    | "LocationMatch"
    | "Directory"
    | "DirectoryMatch"
    | "Files"
    | "FilesIn"
    | ".htaccess"
    | "If";
  readonly where: string;
}

const wheres = {
  Location: ["/", "/a", "/a/b", "/c", "/c/a"],
  LocationMatch: ["^/a/b", "\\.php$", "^/(a|c)/.*\\.css$", "^/a.*b", "/b/[^/]+$"],
  DirectoryMatch: ["^/srv/a", "^/srv/.*b", "^/srv/a/b", "\\.css$"],
  Directory: ["/", "/srv", "/srv/a", "/srv/a/b", "/other", "/srv/*", "/srv/*/b"],
  Files: ["x.php", "*.css", "x*"],
  FilesIn: ["x.php", "*.css"],
  ".htaccess": ["/srv", "/srv/a", "/srv/a/b", "/other/a"],
  If: ["POST", "PUT"],
} satisfies Record<OldSection["kind"], readonly string[]>;

const section = fc
  .constantFrom(...(Object.keys(wheres) as OldSection["kind"][]))
  .chain((kind) => fc.record({ kind: fc.constant(kind), where: fc.constantFrom(...wheres[kind]) }));

const segments = fc.array(fc.constantFrom("a", "b", "c", "ab"), { maxLength: 3 });
const name = fc.constantFrom("x.php", "y.css", "x.css", "z", "b");
const visits = fc.record({
  path: fc.tuple(segments, name).map(([folders, file]) => `/${[...folders, file].join("/")}`),
  method: fc.constantFrom("GET", "POST"),
});

test("gatewayd does at every address what Apache's order of merging makes of the sections", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(section, { maxLength: 7, selector: ({ kind, where }) => kind + where }),
      fc.array(visits, { minLength: 4, maxLength: 12 }),
      (sections, all) => {
        const migration = migrated(sections);
        const isTold = migration.remarks.some(({ level }) => level === "error");
        fc.pre(!isTold);
        const gateway = gatewayOf(migration);
        for (const visit of all) {
          const expected = winner(sections, visit);
          assert.equal(
            loginAt(gateway, visit),
            expected,
            `${visit.method} ${visit.path}\n${migration.yaml}`,
          );
        }
      },
    ),
    { numRuns: 150 },
  );
});

function migrated(sections: readonly OldSection[]): Migration {
  const lines = sections.flatMap(({ kind, where }, index) => {
    const login = `TKTAuthLoginURL https://login/${index}`;
    if (kind === ".htaccess") return [];
    if (kind === "If") return [`<If "%{REQUEST_METHOD} == '${where}'">`, login, "</If>"];
    if (kind !== "FilesIn") return [`<${kind} "${where}">`, login, `</${kind}>`];
    return ["<Directory /srv/a>", `<Files ${where}>`, login, "</Files>", "</Directory>"];
  });
  const accessFiles = sections.flatMap(({ kind, where }, index) =>
    kind === ".htaccess" ? [[`${where}/.htaccess`, `TKTAuthLoginURL https://login/${index}`]] : [],
  );
  const main = [
    "Listen 80",
    "<Directory />",
    "AllowOverride All",
    "AuthType mod_auth_pubtkt",
    "TKTAuthLoginURL https://login/none",
    "</Directory>",
    "<VirtualHost *:80>",
    "ServerName a.example",
    "DocumentRoot /srv",
    "Alias /c /other",
    "TKTAuthPublicKey /k",
    ...lines,
    "</VirtualHost>",
  ];
  const world = memoryWorld({ "/main.conf": main.join("\n"), ...Object.fromEntries(accessFiles) });
  return migrateApache(["/main.conf"], world);
}

/** What Apache makes of it, said once more: by the order of its stages, for one file. */
function winner(
  sections: readonly OldSection[],
  { path, method }: { path: string; method: string },
) {
  const file = path.startsWith("/c/") ? `/other${path.slice(2)}` : `/srv${path}`;
  const fileName = path.slice(path.lastIndexOf("/") + 1);
  const isIn = (folder: string, whole: string) =>
    folder === "/" || `${whole}/`.startsWith(`${folder}/`);
  const glob = (text: string) => text.replaceAll(".", "\\.").replaceAll("*", "[^/]*");
  const stages: Record<OldSection["kind"], (where: string) => number | undefined> = {
    Directory: (where) =>
      new RegExp(`^${glob(where === "/" ? "" : where)}(?:/|$)`).test(file)
        ? where.split("/").filter(Boolean).length
        : undefined,
    ".htaccess": (where) => (isIn(where, file) ? where.split("/").length - 0.5 : undefined),
    DirectoryMatch: (where) =>
      new RegExp(where).test(file) ? 50 + where.split("/").length / 10 : undefined,
    Files: (where) => (new RegExp(`^${glob(where)}$`).test(fileName) ? 100 : undefined),
    FilesIn: (where) =>
      isIn("/srv/a", file) && new RegExp(`^${glob(where)}$`).test(fileName) ? 101 : undefined,
    Location: (where) => (isIn(where, path) ? 200 : undefined),
    LocationMatch: (where) => (new RegExp(where).test(path) ? 200 : undefined),
    If: (where) => (where === method ? 300 : undefined),
  };
  let best = { stage: -1, index: "none" };
  for (const [index, { kind, where }] of sections.entries()) {
    const stage = stages[kind](where);
    if (stage !== undefined && stage >= best.stage) best = { stage, index: String(index) };
  }
  return best.index;
}

const key = verificationKeyOf(importPrivateKey(generatePrivateKeyPem("ed25519"), {}));

function gatewayOf({ yaml }: Migration): Gateway {
  const parsed = parseSettings(gatewaySettings, { name: "gateway.yaml", text: yaml });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const verifier = createVerifier({ keys: [key] });
  const sites = parsed.settings.sites.map(
    ({ origin, answerWith, loopBreaker, loginUrl, places }) => ({
      origin,
      answerWith,
      loopBreaker,
      loginUrl,
      verifier,
      places: places.map(({ path, exactPath, pattern, methods, loginUrl: login }) => ({
        path,
        exactPath,
        pattern,
        methods,
        loginUrl: login,
      })),
    }),
  );
  return createGateway({ sites });
}

function loginAt(gateway: Gateway, { path, method }: { path: string; method: string }) {
  const visit = {
    method,
    httpVersion: "1.1",
    scheme: "http",
    host: "a.example",
    target: path,
    clientAddress: "192.0.2.1",
    headers: new Map(),
    oddHeaderNames: [],
  } as const;
  const decision = gateway.decide(visit, 0);
  assert.ok(decision.kind === "log-in", decision.kind);
  const [, location = ""] = decision.answer.headers.find(([header]) => header === "Location") ?? [];
  return /^https:\/\/login\/(\w+)\?/.exec(location)?.[1];
}
