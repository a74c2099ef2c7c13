import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);

interface Shown {
  /** The folders of examples/ whose files the guide shows. */
  readonly folders: readonly string[];
  /** Further files that it shows, from the project's root. */
  readonly files?: readonly string[];
  /** What the guide writes in place of placeholders; the others stand there as they are. */
  readonly values?: Readonly<Record<string, string>>;
}

const guides: Readonly<Record<string, Shown>> = {
  "nginx.md": { folders: ["nginx", "nginx-cached"] },
  "apache.md": { folders: ["apache-fcgi", "apache-pubtkt"] },
  "apache-lua.md": { folders: ["apache-lua", "apache-lua-cached", "apache-fcgi"] },
  "node.md": {
    folders: [
      "express",
      "express-behind-nginx",
      "fastify",
      "koa",
      "hono",
      "node-http",
      "websocket",
    ],
  },
  "login.md": {
    folders: ["login-behind-nginx"],
    values: {
      HOST: "sso.example.com",
      DOMAIN: "example.com",
      LOGIN_ORIGIN: "https://sso.example.com",
      LOGIN_PORT: "8400",
      CERTIFICATE: "/etc/ssl/sso.example.com.pem",
      CERTIFICATE_KEY: "/etc/ssl/sso.example.com.key",
    },
  },
  "proxy.md": { folders: ["proxy", "proxy-with-tls"] },
  "caddy.md": { folders: ["caddy"] },
  "haproxy.md": { folders: ["haproxy"] },
  "lighttpd.md": { folders: ["lighttpd"] },
  "traefik.md": { folders: ["traefik"] },
  "envoy.md": { folders: ["envoy"] },
  "policies.md": { folders: ["policies"] },
  "systemd.md": { folders: ["systemd"] },
  "migrating-from-mod_auth_pubtkt.md": { folders: [] },
  "tcpcrypt.md": { folders: ["tcpcrypt"] },
  "tcpcrypt-applications.md": {
    folders: [
      "apache-tcpcrypt",
      "lighttpd-tcpcrypt",
      "nginx-tcpcrypt",
      "tcpcrypt-node",
      "tcpcrypt-scripts/scripts",
    ],
    files: ["testing/tcpcrypt/ask.py"],
  },
  "demo.md": { folders: [] },
  "troubleshooting.md": { folders: [] },
};

test("every guide is compared with the examples", () => {
  assert.deepEqual(readdirSync(new URL("docs/guide", root)).sort(), Object.keys(guides).sort());
});

for (const [guide, { folders, files: more = [], values = {} }] of Object.entries(guides)) {
  const text = readFileSync(new URL(`docs/guide/${guide}`, root), "utf8");
  const blocks = [...text.matchAll(/^```([a-z ]*)\n(.*?)^```$/gms)];
  const files = [
    ...folders.flatMap((folder) => filesOf(new URL(`examples/${folder}/`, root))),
    ...more.map((file) => readFileSync(new URL(file, root), "utf8")),
  ];
  const known = files.map((file) => essence(fillIn(file, values)));

  test(`${guide} shows configuration only as the tests run it`, () => {
    const shown = blocks.filter(([, tag = ""]) =>
      /^(?:nginx|apache|caddy|haproxy|lighttpd|ini|nft|yaml|js|perl|php|python)$/.test(tag),
    );
    assert.equal(shown.length > 0, folders.length > 0);
    for (const [, , block = ""] of shown) {
      assert.ok(
        known.some((file) => file.includes(essence(block))),
        block,
      );
    }
  });

  test(`${guide} has nothing but commands and output in its other blocks`, () => {
    for (const [, tag = "", block = ""] of blocks) {
      if (tag !== "sh")
        assert.match(
          tag,
          /^(?:nginx|apache|caddy|haproxy|lighttpd|ini|nft|yaml|js|perl|php|python|json|text)$/,
        );
      else for (const line of essence(block).split("\n")) assert.match(line, command);
    }
  });
}

const command = /^(?:countersign|cp|curl|git|cd|install|lighttpd|node|npm|sed|systemctl) /;

function filesOf(folder: URL): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(new URL(entry.name, folder), "utf8"));
}

function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/@([A-Z_]+)@/g, (placeholder, name) => values[name] ?? placeholder);
}

/** Lines without their indentation and without comments, in which guide and example may differ. */
function essence(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/(^|\s)#.*$/, "").trim());
  return lines.filter((line) => line !== "").join("\n");
}
