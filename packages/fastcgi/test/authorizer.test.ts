import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type AuthorizerConnection,
  type AuthorizerLimits,
  defaultLimits,
  type Effect,
  finish,
  isAwaited,
  newConnection,
  receive,
} from "../src/authorizer.ts";
import { FastCgiError } from "../src/fastcgi-error.ts";
import { readNameValues, writeNameValues } from "../src/name-values.ts";
import {
  concatenate,
  type FastCgiRecord,
  RecordReader,
  readRecord,
  recordType,
  writeRecord,
} from "../src/record.ts";
import { writeRefusal } from "../src/response.ts";

const keep = 1;
const nothing = new Uint8Array(0);
const params = new Map([
  ["REQUEST_METHOD", "GET"],
  ["REQUEST_URI", "/a?b"],
]);

function begin(requestId: number, { role = 2, flags = keep } = {}): FastCgiRecord {
  return {
    type: recordType.BEGIN_REQUEST,
    requestId,
    content: Uint8Array.of(0, role, flags, 0, 0, 0, 0, 0),
  };
}

function paramsOf(requestId: number, content = writeNameValues(params)): FastCgiRecord {
  return { type: recordType.PARAMS, requestId, content };
}

function run(
  records: readonly FastCgiRecord[],
  limits: AuthorizerLimits = defaultLimits,
  start: AuthorizerConnection = newConnection,
): { connection: AuthorizerConnection; effects: Effect[] } {
  let connection = start;
  const effects = records.flatMap((record) => {
    const step = receive(connection, record, limits);
    connection = step.next;
    return step.effects;
  });
  return { connection, effects };
}

test("asks for a decision when the parameters are complete", () => {
  const { connection, effects } = run([begin(1), paramsOf(1), paramsOf(1, nothing)]);
  assert.deepEqual(effects, [{ type: "authorize", requestId: 1, params }]);
  assert.equal(isAwaited(connection, 1), true);
});

test("takes parameters in any pieces, and requests in any order", () => {
  const whole = writeNameValues(params);
  fc.assert(
    fc.property(fc.nat(whole.length), (cut) => {
      const { effects } = run([
        begin(1),
        begin(2),
        ...[whole.subarray(0, cut), whole.subarray(cut)]
          .filter((piece) => piece.length > 0)
          .map((piece) => paramsOf(2, piece)),
        paramsOf(1),
        paramsOf(2, nothing),
        paramsOf(1, nothing),
      ]);
      assert.deepEqual(effects, [
        { type: "authorize", requestId: 2, params },
        { type: "authorize", requestId: 1, params },
      ]);
    }),
  );
});

test("closes after the answer only when the web server did not ask to keep the connection", () => {
  for (const [flags, effects] of [
    [keep, []],
    [0, [{ type: "close" }]],
  ] as const) {
    const { connection } = run([begin(1, { flags }), paramsOf(1, nothing)]);
    const step = finish(connection, 1);
    assert.deepEqual(step.effects, effects);
    assert.deepEqual(step.next, newConnection);
  }
});

test("uses a request id again after its end", () => {
  const { connection } = run([begin(1), paramsOf(1, nothing)]);
  assert.doesNotThrow(() => receive(finish(connection, 1).next, begin(1)));
});

for (const role of [0, 1, 3, 255]) {
  test(`refuses role ${role}, and ignores what follows for it`, () => {
    const { effects } = run([begin(7, { role }), paramsOf(7), paramsOf(7, nothing)]);
    assert.deepEqual(effects, [{ type: "send", bytes: writeRefusal(7, "unknown-role") }]);
  });
}

test("refuses a role and closes when the connection is not to be kept", () => {
  const { effects } = run([begin(7, { role: 1, flags: 0 })]);
  assert.deepEqual(effects, [
    { type: "send", bytes: writeRefusal(7, "unknown-role") },
    { type: "close" },
  ]);
});

test("refuses more requests at a time than the limit", () => {
  const limits = { ...defaultLimits, maxRequests: 2 };
  const { effects } = run([begin(1), begin(2), begin(3)], limits);
  assert.deepEqual(effects, [{ type: "send", bytes: writeRefusal(3, "overloaded") }]);
  const single = run([begin(1), begin(2)], { ...defaultLimits, maxRequests: 1 });
  assert.deepEqual(single.effects, [{ type: "send", bytes: writeRefusal(2, "cannot-multiplex") }]);
});

test("refuses one request whose parameters are too long, and goes on with the others", () => {
  const limits = { ...defaultLimits, maxParamsBytes: 100 };
  const { effects } = run(
    [
      begin(1),
      begin(2),
      paramsOf(1, new Uint8Array(60)),
      paramsOf(1, new Uint8Array(60)),
      paramsOf(2, nothing),
    ],
    limits,
  );
  assert.deepEqual(effects, [
    { type: "send", bytes: writeRefusal(1, "overloaded") },
    { type: "authorize", requestId: 2, params: new Map() },
  ]);
});

test("refuses parameters in thousands of tiny records", () => {
  const tiny = Array.from({ length: 257 }, () => paramsOf(1, Uint8Array.of(0)));
  assert.throws(() => run([begin(1), ...tiny]), { code: "too-long" });
});

test("keeps of what arrives no more than the parameters themselves", () => {
  // As a socket gives it: a piece with a body around one byte of parameters.
  const body: FastCgiRecord = { type: recordType.STDIN, requestId: 1, content: nothing };
  const around = { ...body, content: new Uint8Array(60_000) };
  const piece = concatenate(
    [begin(1), around, paramsOf(1, Uint8Array.of(1)), around].map(writeRecord),
  );
  for (const received of [piece, Buffer.from(piece)]) {
    const { connection } = run(new RecordReader().read(received));
    const progress = connection.requests.get(1);
    assert.ok(progress?.state === "expecting-params");
    const kept = progress.pieces.map(({ buffer }) => buffer.byteLength);
    assert.deepEqual(kept, [1]);
  }
  const pooled = Buffer.from("a");
  const progress = run([begin(1), paramsOf(1, pooled)]).connection.requests.get(1);
  assert.ok(progress?.state === "expecting-params");
  assert.equal(progress.pieces[0]?.buffer.byteLength, 1);
});

test("ends an aborted request and forgets it", () => {
  const abort: FastCgiRecord = { type: recordType.ABORT_REQUEST, requestId: 1, content: nothing };
  const { connection, effects } = run([begin(1), paramsOf(1, nothing), abort, abort]);
  assert.deepEqual(effects.slice(1), [
    { type: "forget", requestId: 1 },
    { type: "send", bytes: writeRefusal(1, "request-complete") },
  ]);
  assert.equal(isAwaited(connection, 1), false);
  assert.deepEqual(finish(connection, 1).effects, []);
});

test("reads over a body and over records of requests that are not in progress", () => {
  for (const type of [
    recordType.STDIN,
    recordType.DATA,
    recordType.PARAMS,
    recordType.ABORT_REQUEST,
  ]) {
    const step = receive(newConnection, { type, requestId: 9, content: nothing });
    assert.deepEqual(step, { next: newConnection, effects: [] });
  }
});

test("tells the values that it is asked for", () => {
  const asked = writeNameValues(
    new Map([
      ["FCGI_MAX_REQS", ""],
      ["FCGI_MPXS_CONNS", ""],
      ["OTHER", ""],
    ]),
  );
  const { effects } = run([{ type: recordType.GET_VALUES, requestId: 0, content: asked }]);
  const [effect] = effects;
  assert.ok(effect?.type === "send");
  const answer = readRecord(effect.bytes)?.record;
  assert.equal(answer?.type, recordType.GET_VALUES_RESULT);
  assert.deepEqual(
    readNameValues(answer?.content ?? nothing),
    new Map([
      ["FCGI_MAX_REQS", "16"],
      ["FCGI_MPXS_CONNS", "1"],
    ]),
  );
});

test("answers an unknown management record with its type", () => {
  const { effects } = run([{ type: 200, requestId: 0, content: nothing }]);
  const content = Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0);
  assert.deepEqual(effects, [
    { type: "send", bytes: writeRecord({ type: recordType.UNKNOWN_TYPE, requestId: 0, content }) },
  ]);
});

const refused = {
  "a request id of 0": [[begin(0)], "bad-request-id"],
  "a request that begins twice": [[begin(1), begin(1)], "repeated-request"],
  "a short beginning": [[{ ...begin(1), content: Uint8Array.of(0, 2) }], "bad-length"],
  "parameters that are no pairs": [
    [begin(1), paramsOf(1, Uint8Array.of(9, 9)), paramsOf(1, nothing)],
    "bad-pair",
  ],
  "an application's own record": [
    [{ type: recordType.STDOUT, requestId: 1, content: nothing }],
    "bad-type",
  ],
  "a long question about values": [
    [{ type: recordType.GET_VALUES, requestId: 0, content: new Uint8Array(0xffff) }],
    "too-long",
  ],
} satisfies Record<string, [FastCgiRecord[], string]>;

for (const [what, [records, code]] of Object.entries(refused)) {
  test(`refuses ${what}`, () => {
    assert.throws(() => run(records), { name: "FastCgiError", code });
  });
}

test("has an answer for every state and every record, and throws nothing but its own error", () => {
  const anyRecord = fc.record({
    type: fc.nat(12),
    requestId: fc.nat(3),
    content: fc.oneof(
      fc.constant(nothing),
      fc.constant(begin(1).content),
      fc.constant(writeNameValues(params)),
      fc.uint8Array({ maxLength: 20 }),
    ),
  });
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 30 }), (records) => {
      let connection = newConnection;
      for (const record of records) {
        try {
          connection = receive(connection, record).next;
        } catch (error) {
          assert.ok(error instanceof FastCgiError);
        }
        assert.ok(connection.requests.size <= defaultLimits.maxRequests);
      }
    }),
  );
});

test("does the same wherever the stream is cut", () => {
  const records = [
    begin(1),
    paramsOf(1),
    begin(2, { flags: 0 }),
    paramsOf(1, nothing),
    paramsOf(2, nothing),
  ];
  const stream = concatenate(records.map(writeRecord));
  const whole = run(records);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const reader = new RecordReader();
    const seen = [stream.subarray(0, cut), stream.subarray(cut)].flatMap((piece) =>
      reader.read(piece),
    );
    assert.deepEqual(run(seen), whole);
  }
});
