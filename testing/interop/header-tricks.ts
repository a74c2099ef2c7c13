import assert from "node:assert/strict";
import { test } from "node:test";
import { sendLines } from "../kit/raw-request.ts";
import type { GuardedBy } from "./gateway-visits.ts";
import { startGuardedSite } from "./guarded-site.ts";
import { readIdentity } from "./identity.ts";

/**
 * Lines of a head that no browser sends, made to get an identity past a web server. Each stands
 * beside a ticket that says only a name.
 */
const tricks: Readonly<Record<string, readonly string[]>> = {
  // CVE-2023-25725: HAProxy lost what stood after it.
  "an empty name before the forgery": [": x", "Remote-User: root", "Remote-User-Tokens: admin"],
  "an empty name after the forgery": ["Remote-User: root", "Remote-User-Tokens: admin", ": x"],
  "an empty line that is none": [" ", "Remote-User: root"],
  "a space before the colon": ["Remote-User : root", "Remote-User-Tokens : admin"],
  "a tab before the colon": ["Remote-User\t: root", "Remote-User-Tokens\t: admin"],
  "a name that goes on": ["X-One: 1", " Remote-User: root"],
  "two of them": ["Remote-User: root", "remote-user: root", "REMOTE-USER-TOKENS: admin"],
  "a lone line feed": ["X-One: 1\nRemote-User: root\nRemote-User-Tokens: admin"],
  "a lone carriage return": ["X-One: 1\rRemote-User-Tokens: admin"],
  "a space between the words": ["Remote User-Tokens: admin"],
  "all other characters between the words": [..."!#$%&'*+.^_`|~"].flatMap((mark) => [
    `Remote${mark}User: root`,
    `Remote-User${mark}Tokens: admin`,
    `Auth${mark}Type: forged`,
  ]),
  "our names as hop-by-hop": [
    "Connection: close, Remote-User, Remote-User-Tokens, Remote-User-Data, Auth-Type",
  ],
  "our names as hop-by-hop, with an upgrade": [
    "Connection: upgrade, Remote-User, Auth-Type, Cookie",
    "Upgrade: h2c",
  ],
  "facts and the ticket as hop-by-hop": ["Connection: close, Cookie, X-Countersign-Uri"],
  "our names as trailers": ["Trailer: Remote-User, Remote-User-Tokens", "TE: trailers"],
};

/** Declares that no trick with headers gets an identity past a web server that asks gatewayd. */
export function testHeaderTricks(name: string, server: GuardedBy): void {
  test(`${name} lets no header of the visitor's pass for an identity`, async (t) => {
    const site = await startGuardedSite(t, server);
    for (const [trick, lines] of Object.entries(tricks)) {
      await t.test(trick, async () => {
        const answer = await sendLines(site.port, [
          `GET ${server.whoami} HTTP/1.1`,
          `Host: ${site.host}:${site.port}`,
          `Cookie: ${site.cookieOf("name-only")}`,
          ...lines,
          "Accept: text/html",
          "Connection: close",
        ]);
        assert.ok(answer.status < 500, answer.text);
        if (answer.status !== 200) return;
        const [, body = ""] = answer.text.split("\r\n\r\n");
        assert.deepEqual(readIdentity(body), {
          user: "ada.lovelace",
          tokens: "",
          userData: "",
          authType: "mod_auth_pubtkt",
        });
      });
    }
  });
}
