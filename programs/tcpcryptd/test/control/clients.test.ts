import assert from "node:assert/strict";
import { test } from "node:test";
import { Clients } from "../../src/control/clients.ts";

test("bounds one user's clients so that others still get in, and all of them", () => {
  const clients = new Clients({ clients: 4, clientsPerUser: 2 });
  const leave = clients.admit(1000);
  assert.ok(leave && clients.admit(1000));
  assert.equal(clients.admit(1000), undefined);
  assert.ok(clients.admit(2000) && clients.admit(0));
  assert.equal(clients.admit(3000), undefined);
  leave();
  assert.ok(clients.admit(1000));
});

test("counts root among all, and not as a user", () => {
  const clients = new Clients({ clients: 3, clientsPerUser: 1 });
  assert.ok(clients.admit(0) && clients.admit(0) && clients.admit(0));
  assert.equal(clients.admit(0), undefined);
});
