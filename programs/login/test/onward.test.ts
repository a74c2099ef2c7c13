import assert from "node:assert/strict";
import { test } from "node:test";
import { writeTicketCookie } from "@countersign/ticket";
import { createFormTokens } from "../src/form-tokens.ts";
import { sendOn } from "../src/onward.ts";
import { type Browser, loginWorld } from "./login-world.ts";

/** What nginx reads an answer's head into, and what node:http adds to our headers, rounded up. */
const [nginxBuffer, added] = [4096, 200];

const headBytes = ({ headers }: Response) =>
  [...headers].reduce((sum, [name, value]) => sum + `${name}: ${value}\r\n`.length, added);

const large = `https://wiki.example.com/?${"&a=/:'".repeat(380)}`;
const withBack = (path: string) => `${path}?back=${encodeURIComponent(large)}`;

/** Reads where a page goes on by itself. */
async function refreshOf(answer: Response): Promise<string> {
  const [, url = ""] = /content="0; url=([^"]+)"/.exec(await answer.text()) ?? [];
  return url.replaceAll("&#38;", "&").replaceAll("&#39;", "'");
}

test("a short way is a redirect", async (context) => {
  const { login } = (await loginWorld(context)).opened;
  const answer = sendOn(login, "/continue?back=x", { cookies: ["a=1"] });
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/continue?back=x"]);
});

test("with the largest cookies that there can be, the head still fits", async (context) => {
  const { login } = (await loginWorld(context)).opened;
  const attributes = {
    name: "n".repeat(64),
    domain: `${"d".repeat(60)}.`.repeat(4).slice(0, 253).replace(/\.$/, ""),
    secure: true,
    sameSite: "Lax",
  } as const;
  const ticket = writeTicketCookie("t".repeat(2048), attributes);
  const { clearCookie } = createFormTokens(new Uint8Array(32), true);
  for (const to of ["/whoami", withBack("/continue"), new URL(large)] as const) {
    const answer = sendOn(login, to as "/whoami", { cookies: [ticket, clearCookie] });
    assert.ok(headBytes(answer) <= nginxBuffer, `${headBytes(answer)} bytes`);
  }
});

test("a way that no head has room for keeps every character, and the browser goes on by itself", async (context) => {
  const world = await loginWorld(context);
  const visitor: Browser = world.browser();
  const signedIn = await visitor.signIn("ada", "correct horse", large);
  assert.equal(signedIn.status, 200);
  assert.ok(headBytes(signedIn) <= nginxBuffer);
  const next = await refreshOf(signedIn);
  assert.match(next, /^\/continue\?back=/);
  assert.equal(await refreshOf(await visitor.get(next)), new URL(large).href);

  const renewed = await visitor.get(withBack("/refresh"));
  assert.ok(headBytes(renewed) <= nginxBuffer);
  assert.equal(await refreshOf(renewed), new URL(large).href);

  visitor.cookies.clear();
  const refused = await visitor.get(withBack("/refresh"));
  assert.ok(headBytes(refused) <= nginxBuffer);
  const form = await visitor.get(await refreshOf(refused));
  assert.match(await form.text(), /<form method="post"/);
});
