import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { addRenewed, sendRenewed } from "../src/renewed-ticket.ts";
import { send, serve } from "./ask-over-http.ts";

/** The lines of the head with which an application answers. */
async function headOf(context: TestContext, answer: (response: ServerResponse) => unknown) {
  const port = await serve(context, (_request, response) => {
    sendRenewed(response, "ticket=new");
    answer(response);
  });
  const [head = ""] = (await send(port, ["GET / HTTP/1.0"])).split("\r\n\r\n");
  return head.split("\r\n").map((line) => line.toLowerCase());
}

/** They bind single caches, which take them for more than Cache-Control. */
const wide = { "CDN-Cache-Control": "max-age=60", "Surrogate-Control": "max-age=60", Expires: "0" };
const wishes = { "X-A": "1", "Set-Cookie": ["a=1", "b=2"], "Cache-Control": "public", ...wide };
const inTurn = [
  "X-A",
  "1",
  "Set-Cookie",
  "a=1",
  "Set-Cookie",
  "b=2",
  "Cache-Control",
  "public",
  ...Object.entries(wide).flat(),
];

const ways: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "one by one": (response) => {
    for (const [name, value] of Object.entries(wishes)) response.setHeader(name, value);
    response.statusCode = 404;
    response.end("x");
  },
  "in an object": (response) => response.writeHead(404, wishes).end("x"),
  "in an object, with a phrase": (response) =>
    response.writeHead(404, "Not Found", wishes).end("x"),
  "in a list": (response) => response.writeHead(404, inTurn).end("x"),
  "in both ways": (response) => {
    response.setHeader("Set-Cookie", "c=3");
    response.setHeader("X-A", "2");
    response.writeHead(404, wishes).end("x");
  },
};

for (const [how, answer] of Object.entries(ways)) {
  test(`goes along when the application gives its headers ${how}`, async (context) => {
    const head = await headOf(context, answer);
    assert.match(head[0] ?? "", / 404 not found$/);
    const said = head.filter((line) => /^(?:x-a|set-cookie|.*control|expires):/.test(line));
    assert.deepEqual(said.sort(), [
      "cache-control: no-store",
      "set-cookie: a=1",
      "set-cookie: b=2",
      "set-cookie: ticket=new",
      "x-a: 1",
    ]);
  });
}

test("goes along with a stream", async (context) => {
  const head = await headOf(context, (response) => {
    response.write("x");
    response.end("y");
  });
  assert.ok(head.includes("set-cookie: ticket=new"));
});

test("stays out of lists that the application uses for every visitor", async (context) => {
  const cookies = ["a=1", "b=2"];
  await headOf(context, (response) => response.setHeader("Set-Cookie", cookies).end());
  await headOf(context, (response) => response.writeHead(200, { "Set-Cookie": cookies }).end());
  assert.deepEqual(cookies, ["a=1", "b=2"]);
});

test("goes along with a response of the web, and no cache keeps it", () => {
  const headers = new Headers({ "X-A": "1", "Cache-Control": "public", ...wide });
  headers.append("Set-Cookie", "a=1");
  addRenewed(headers, "ticket=new");
  assert.deepEqual(
    [...headers],
    [
      ["cache-control", "no-store"],
      ["set-cookie", "a=1"],
      ["set-cookie", "ticket=new"],
      ["x-a", "1"],
    ],
  );
});
