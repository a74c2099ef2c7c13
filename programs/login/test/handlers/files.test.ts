import assert from "node:assert/strict";
import { test } from "node:test";
import { loginWorld } from "../login-world.ts";

test("every file that a page refers to is there, typed and cacheable for ever", async (context) => {
  const visitor = (await loginWorld(context)).browser();
  const page = await (await visitor.get("/login")).text();
  const files = new Set(
    [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? ""),
  );
  assert.equal(files.size, 3);
  for (const file of files) {
    const answer = await visitor.get(file);
    assert.equal(answer.status, 200);
    assert.match(
      answer.headers.get("content-type") ?? "",
      /^(text\/(css|javascript); charset=utf-8|image\/svg\+xml)$/,
    );
    assert.equal(answer.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  }
  assert.equal((await visitor.get("/assets/style.css")).headers.get("cache-control"), "no-cache");
});

for (const path of [
  "/assets/",
  "/assets/none.css",
  "/assets/..%2fsrc%2fmain.ts",
  "/assets/../package.json",
]) {
  test(`no file is found under ${path}`, async (context) => {
    assert.equal((await (await loginWorld(context)).browser().get(path)).status, 404);
  });
}

test("the health check asks the backend", async (context) => {
  const { browser, opened } = await loginWorld(context);
  const answer = await browser().get("/healthz");
  assert.deepEqual([answer.status, await answer.text()], [200, "ok\n"]);
  await opened.close();
  assert.equal((await browser().get("/healthz")).status, 503);
});
