import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { changeFile, prepareSite } from "../site.ts";

const plan = {
  host: "wiki.example.com",
  publicKey: "a key",
  loginOrigin: "http://sso.example.com",
};

test("files of a later example replace those of an earlier", async (t) => {
  const plain = await prepareSite(t, { ...plan, example: "nginx" });
  const cached = await prepareSite(t, { ...plan, example: ["nginx", "nginx-cached"] });
  const read = (folder: string, name: string) => readFileSync(join(folder, name), "utf8");
  assert.doesNotMatch(read(plain.folder, "countersign.conf"), /proxy_cache_key/);
  assert.match(read(cached.folder, "countersign.conf"), /proxy_cache_key/);
  const kept = read(cached.folder, "identity.conf");
  assert.equal(kept, read(plain.folder, "identity.conf"));
});

test("a change that changes nothing is an error", async (t) => {
  const site = await prepareSite(t, { ...plan, example: "nginx" });
  changeFile(site, "gateway.yaml", "loginUrl", "timeoutUrl");
  assert.throws(() => changeFile(site, "gateway.yaml", "loginUrl", "timeoutUrl"), /gateway\.yaml/);
});
