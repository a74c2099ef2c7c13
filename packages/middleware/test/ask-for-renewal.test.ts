import assert from "node:assert/strict";
import { test } from "node:test";
import { askForRenewal } from "../src/ask-for-renewal.ts";
import { serve } from "./ask-over-http.ts";

const question = { cookies: "auth_pubtkt=x", clientAddress: "192.0.2.7" };

test("asks with the ticket alone, follows no redirect, and reads no body", async (context) => {
  const asked: unknown[] = [];
  const port = await serve(context, ({ method, url, headers }, response) => {
    asked.push({ method, url, cookie: headers.cookie, for: headers["x-forwarded-for"] });
    response.writeHead(303, { location: "/again", "set-cookie": ["a=1", "b=2"] });
    // It never ends.
    response.write("much");
  });
  const url = `http://127.0.0.1:${port}/refresh?back=x`;
  assert.deepEqual(await askForRenewal({ ...question, url }), ["a=1", "b=2"]);
  const expected = {
    method: "GET",
    url: "/refresh?back=x",
    cookie: "auth_pubtkt=x",
    for: "192.0.2.7",
  };
  assert.deepEqual(asked, [expected]);
});

test("rejects when the connection breaks", async (context) => {
  const port = await serve(context, ({ socket }) => void socket.destroy());
  await assert.rejects(askForRenewal({ ...question, url: `http://127.0.0.1:${port}/` }));
});
