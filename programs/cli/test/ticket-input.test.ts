import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeTicket } from "@countersign/ticket";
import fc from "fast-check";
import { parseTicketInput, ticketTexts } from "../src/ticket-input.ts";

const name = "auth_pubtkt";
const textsIn = (input: string) => ticketTexts(parseTicketInput(input, name), name);

test("a ticket is found in each form that it comes in", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9 =+%-]{1,40}$/), (userData) => {
      const ticket = `uid=ada;udata=${userData};sig=abcd`;
      const cookie = encodeTicket(ticket);
      const inputs = [
        ticket,
        cookie,
        `${name}=${cookie}`,
        `a=b; ${name}=${cookie}`,
        `Cookie: ${name}=${cookie}`,
        `Date: today\r\nSet-Cookie: ${name}=${cookie}; Path=/; HttpOnly\r\n`,
      ];
      for (const input of inputs) assert.deepEqual(textsIn(input), [ticket]);
    }),
  );
});

test("a ticket with a field of the cookie's name is a ticket all the same", () => {
  const ticket = `${name}=x;uid=ada;${name}=y;sig=abcd`;
  assert.deepEqual(textsIn(ticket), [ticket]);
});

test("reads any text at all, and finds at most ten cookies", () => {
  fc.assert(fc.property(fc.string(), (input) => Array.isArray(textsIn(input))));
  assert.equal(textsIn(`Cookie: ${`${name}=x; `.repeat(50)}`).length, 10);
});
