import assert from "node:assert/strict";
import { test } from "node:test";
import { createCookieJar } from "../cookie-jar.ts";

const sso = new URL("http://sso.demo.localhost:8400/login");
const wiki = new URL("http://wiki.demo.localhost:8401/");

const cases = {
  "a cookie without a domain goes to its own host alone": {
    set: "a=1",
    goesTo: [sso],
    staysFrom: [wiki, new URL("http://x.sso.demo.localhost/")],
  },
  "a cookie with a domain goes to every host below it": {
    set: "a=1; Domain=demo.localhost; Path=/",
    goesTo: [sso, wiki, new URL("http://demo.localhost/")],
    staysFrom: [new URL("http://evildemo.localhost/"), new URL("http://localhost/")],
  },
  "a cookie for another domain is dropped": {
    set: "a=1; Domain=wiki.demo.localhost",
    goesTo: [],
    staysFrom: [sso, wiki],
  },
  "a cookie with a path goes to that path and below": {
    set: "a=1; Path=/login",
    goesTo: [sso, new URL("/login/x", sso)],
    staysFrom: [new URL("/loginx", sso), new URL("/", sso)],
  },
  "a secure cookie does not travel in the clear": {
    set: "a=1; Secure",
    goesTo: [new URL("https://sso.demo.localhost/")],
    staysFrom: [sso],
  },
};

for (const [name, { set, goesTo, staysFrom }] of Object.entries(cases)) {
  test(name, () => {
    const jar = createCookieJar();
    jar.keep(sso, [set]);
    for (const url of goesTo) assert.equal(jar.headerFor(url), "a=1", url.href);
    for (const url of staysFrom) assert.equal(jar.headerFor(url), undefined, url.href);
  });
}

test("a later cookie replaces the one of the same name, domain and path, and none removes it", () => {
  const jar = createCookieJar();
  jar.keep(sso, ["a=1; Path=/; HttpOnly; SameSite=Lax", "b=2; Path=/"]);
  jar.keep(sso, ["a=3; Path=/"]);
  assert.equal(jar.headerFor(sso), "a=3; b=2");
  jar.keep(sso, ["a=; Path=/; Max-Age=0"]);
  assert.equal(jar.headerFor(sso), "b=2");
  assert.equal(jar.find("a"), undefined);
  assert.equal(jar.find("b")?.isHostOnly, true);
});
