import assert from "node:assert/strict";
import { test } from "node:test";
import { TcpcryptClientError } from "@countersign/tcpcrypt-client";
import { createSessionIds } from "../../src/tcpcrypt/session-ids.ts";

const connection = {
  local: { address: "198.51.100.1", port: 80 },
  remote: { address: "192.0.2.7", port: 40_000 },
};

/** A daemon that answers when it is told to, and a clock that goes when it is told to. */
function played() {
  const waiting: PromiseWithResolvers<string | undefined>[] = [];
  const warned: string[] = [];
  const clock = { milliseconds: 0, closed: 0 };
  const daemon = {
    sessionIdOf: () => {
      const question = Promise.withResolvers<string | undefined>();
      waiting.push(question);
      return question.promise;
    },
    close: () => {
      clock.closed += 1;
    },
  };
  const warn = (message: string, subject: string) => void warned.push(message, subject);
  const ids = createSessionIds(daemon, { warn }, () => clock.milliseconds);
  return { ids, waiting, warned, clock };
}

test("asks anew each time, since another connection may have the same ends by now", async () => {
  const { ids, waiting } = played();
  for (const answer of ["23AA", "23BB", undefined]) {
    const asked = ids.of(connection);
    waiting.at(-1)?.resolve(answer);
    assert.equal(await asked, answer ?? "");
  }
  assert.equal(waiting.length, 3);
});

test("asks nobody about a connection that is not known", async () => {
  const { ids, waiting } = played();
  assert.equal(await ids.of(undefined), "");
  assert.equal(waiting.length, 0);
});

for (const code of ["unreachable", "timed-out", "bad-answer", "failed", "not-allowed"] as const) {
  test(`says that there is none, and so to the log, when the daemon is ${code}`, async () => {
    const { ids, waiting, warned } = played();
    const asked = ids.of(connection);
    waiting[0]?.reject(new TcpcryptClientError(code));
    assert.equal(await asked, "");
    assert.deepEqual(warned, ["tcpcryptd tells no session IDs", code]);
  });
}

test("leaves a daemon that did not answer alone for a second, and then asks again", async () => {
  const { ids, waiting, clock } = played();
  const asked = ids.of(connection);
  waiting[0]?.reject(new TcpcryptClientError("timed-out"));
  await asked;
  clock.milliseconds = 999;
  assert.equal(await ids.of(connection), "");
  assert.equal(waiting.length, 1);
  clock.milliseconds = 1_000;
  const again = ids.of(connection);
  waiting[1]?.resolve("23AA");
  assert.equal(await again, "23AA");
});

test("fails for a mistake of ours", async () => {
  const { ids, waiting } = played();
  const asked = ids.of(connection);
  waiting[0]?.reject(new TypeError("ours"));
  await assert.rejects(asked, TypeError);
});

test("closes when the last question has its answer", async () => {
  const { ids, waiting, clock } = played();
  const asked = [ids.of(connection), ids.of(connection)];
  ids.close();
  waiting[1]?.resolve("23BB");
  await asked[1];
  assert.equal(clock.closed, 0);
  waiting[0]?.resolve("23AA");
  assert.deepEqual(await Promise.all(asked), ["23AA", "23BB"]);
  assert.equal(clock.closed, 1);
});

test("closes at once where nothing is asked", () => {
  const { ids, clock } = played();
  ids.close();
  assert.equal(clock.closed, 1);
});
