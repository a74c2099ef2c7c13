import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type CookieAttributes,
  clearTicketCookie,
  cookiesWithout,
  ticketCookieValues,
  writeTicketCookie,
} from "../src/cookie.ts";

const name = "auth_pubtkt";

const headers: Record<string, [string, string[]]> = {
  "one cookie": ["auth_pubtkt=a", ["a"]],
  "a cookie among others": ["x=1; auth_pubtkt=a; y=2", ["a"]],
  "several of the same name, in order": ["auth_pubtkt=a; auth_pubtkt=b", ["a", "b"]],
  "no space after the semicolon": ["x=1;auth_pubtkt=a", ["a"]],
  "blanks around pairs": [" \tauth_pubtkt=a\t ; x", ["a"]],
  quotes: ['auth_pubtkt="a%3D"', ["a%3D"]],
  "an equals sign in the value": ["auth_pubtkt=a=b", ["a=b"]],
  "a longer name that ends the same": ["xauth_pubtkt=a", []],
  "a longer name that begins the same": ["auth_pubtkt2=a", []],
  "the name inside another value": ["pref=auth_pubtkt=a", []],
  "the name inside a quoted value": ['pref="; auth_pubtkt=a"', ['a"']],
  "another case": ["Auth_Pubtkt=a", []],
  "a blank before the equals sign": ["auth_pubtkt =a", []],
  "a name without value": ["auth_pubtkt", []],
  "an empty value": ["auth_pubtkt=; auth_pubtkt=b", ["b"]],
  nothing: ["", []],
};

for (const [what, [header, values]] of Object.entries(headers)) {
  test(`reads ${what}`, () => assert.deepEqual(ticketCookieValues(header, name), values));
}

test("looks at ten cookies of the name at most", () => {
  assert.equal(ticketCookieValues("auth_pubtkt=a; ".repeat(1000), name).length, 10);
});

test("finds what a plain reading of RFC 6265 finds", () => {
  const piece = fc.constantFrom(name, "x", "=", ";", "; ", " ", '"', "a", "b", `${name}=`, "\t");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const header = pieces.join("");
      const expected = header
        .split(";")
        .map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ""))
        .filter((pair) => pair.startsWith(`${name}=`))
        .map((pair) => pair.slice(name.length + 1).replace(/^[ \t]+/, ""))
        .map((value) => (/^".*"$/.test(value) && value.length > 1 ? value.slice(1, -1) : value))
        .filter((value) => value !== "");
      assert.deepEqual(ticketCookieValues(header, name), expected.slice(0, 10));
    }),
    { numRuns: 2000 },
  );
});

const domainCookie: CookieAttributes = {
  name,
  domain: "example.com",
  path: "/",
  secure: true,
  sameSite: "Lax",
};

test("writes a domain cookie", () => {
  assert.equal(
    writeTicketCookie("uid=a", { ...domainCookie, maxAgeSeconds: 60 }),
    "auth_pubtkt=uid%3Da; Domain=example.com; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
  );
});

test("writes a host cookie", () => {
  assert.equal(
    writeTicketCookie("uid=a", { name: "__Host-ticket", secure: true, sameSite: "Strict" }),
    "__Host-ticket=uid%3Da; Path=/; Secure; HttpOnly; SameSite=Strict",
  );
});

test("clears a cookie with the attributes that set it", () => {
  assert.equal(
    clearTicketCookie(domainCookie),
    "auth_pubtkt=; Domain=example.com; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",
  );
});

test("lets no wrong combination compile", () => {
  const host = { name: "__Host-a", secure: true, sameSite: "Lax" } as const;
  assert.throws(
    // @ts-expect-error A __Host- cookie has no Domain.
    () => writeTicketCookie("uid=a", { ...host, domain: "example.com" }),
    { code: "bad-cookie" },
  );
  // @ts-expect-error A __Host- cookie is Secure.
  assert.throws(() => writeTicketCookie("uid=a", { ...host, secure: false }), {
    code: "bad-cookie",
  });
  // @ts-expect-error A __Host- cookie has the Path "/".
  assert.throws(() => writeTicketCookie("uid=a", { ...host, path: "/x" }), { code: "bad-cookie" });
  assert.throws(
    // @ts-expect-error SameSite=None needs Secure.
    () => writeTicketCookie("uid=a", { name, secure: false, sameSite: "None" }),
    { code: "bad-cookie" },
  );
});

const wrong: Record<string, CookieAttributes> = {
  "a name with a semicolon": { ...domainCookie, name: "a;b" },
  "an empty name": { ...domainCookie, name: "" },
  "a __Host- name with a Domain": { ...domainCookie, name: "__Host-a" },
  "a __Secure- name without Secure": {
    ...domainCookie,
    name: "__Secure-a",
    secure: false,
    sameSite: "Lax",
  },
  "a domain that injects an attribute": { ...domainCookie, domain: "example.com; Path=/x" },
  "a domain with capitals": { ...domainCookie, domain: "Example.com" },
  "a domain with a leading dot": { ...domainCookie, domain: ".example.com" },
  "a relative path": { ...domainCookie, path: "x" },
  "a path that injects an attribute": { ...domainCookie, path: "/; Domain=evil.example" },
};

for (const [what, attributes] of Object.entries(wrong)) {
  test(`refuses to write ${what}`, () => {
    assert.throws(() => writeTicketCookie("uid=a", attributes), { code: "bad-cookie" });
  });
}

test("refuses a ticket that would not fit into a cookie", () => {
  assert.throws(() => writeTicketCookie(";".repeat(700), domainCookie), { code: "too-long" });
});

test("takes the cookies of a name out of a header, and leaves the others as they are", () => {
  const header = 'a=1; auth_pubtkt=x;  xauth_pubtkt=2; auth_pubtkt="y" ; b="c d"; ;auth_pubtkt=';
  assert.equal(cookiesWithout(header, "auth_pubtkt"), 'a=1; xauth_pubtkt=2; b="c d"');
  assert.equal(cookiesWithout("auth_pubtkt=x", "auth_pubtkt"), "");
});

test("leaves no ticket in a header that it took them out of", () => {
  const pair = fc.oneof(fc.string(), fc.constantFrom("auth_pubtkt=x", " auth_pubtkt=y ", "a=b"));
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      const rest = cookiesWithout(pairs.join(";"), "auth_pubtkt");
      assert.deepEqual(ticketCookieValues(rest, "auth_pubtkt"), []);
    }),
  );
});
