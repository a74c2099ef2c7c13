import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FastCgiError } from "../src/fastcgi-error.ts";
import { RecordReader, recordType } from "../src/record.ts";
import {
  type ProtocolStatus,
  writeEndRequest,
  writeRefusal,
  writeResponse,
} from "../src/response.ts";

/** What a web server reads from the answer. */
function read(bytes: Uint8Array): { stdout: string; types: number[]; ids: Set<number> } {
  const records = new RecordReader().read(bytes);
  const stdout = records.filter(({ type }) => type === recordType.STDOUT);
  return {
    stdout: Buffer.concat(stdout.map(({ content }) => content)).toString(),
    types: records.map(({ type }) => type),
    ids: new Set(records.map(({ requestId }) => requestId)),
  };
}

test("answers with a status line, headers in order, a body, and the end of the request", () => {
  const headers = [
    ["Variable-REMOTE_USER", "zoë"],
    ["Cache-Control", "no-store"],
  ] as const;
  const { stdout, types, ids } = read(writeResponse(258, { status: 200, headers, body: "<p>" }));
  assert.equal(
    stdout,
    "Status: 200\r\nVariable-REMOTE_USER: zoë\r\nCache-Control: no-store\r\n\r\n<p>",
  );
  assert.deepEqual(types, [recordType.STDOUT, recordType.STDOUT, recordType.END_REQUEST]);
  assert.deepEqual([...ids], [258]);
});

test("cuts a long body into records", () => {
  const body = "x".repeat(200_000);
  assert.equal(
    read(writeResponse(1, { status: 403, headers: [], body })).stdout,
    `Status: 403\r\n\r\n${body}`,
  );
});

test("says the words of a status, and refuses ones that would be another header", () => {
  const { stdout } = read(writeResponse(1, { status: 303, statusText: "See Other", headers: [] }));
  assert.equal(stdout, "Status: 303 See Other\r\n\r\n");
  const injected = { status: 303, statusText: "See\r\nOther: 1", headers: [] };
  assert.throws(() => writeResponse(1, injected), { code: "bad-header" });
});

for (const value of ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b", "\u007f"]) {
  test(`refuses the header value ${JSON.stringify(value)}`, () => {
    const headers = [["Location", value]] as const;
    assert.throws(() => writeResponse(1, { status: 302, headers }), { code: "bad-header" });
  });
}

for (const name of ["", "A B", "A:", "Ä", "A\r\nB"]) {
  test(`refuses the header name ${JSON.stringify(name)}`, () => {
    assert.throws(() => writeResponse(1, { status: 302, headers: [[name, "a"]] }), {
      code: "bad-header",
    });
  });
}

for (const status of [0, 199, 600, 200.5, Number.NaN]) {
  test(`refuses the status ${status}`, () => {
    assert.throws(() => writeResponse(1, { status, headers: [] }), { code: "bad-header" });
  });
}

test("never lets a header value become a second header", () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      try {
        const { stdout } = read(
          writeResponse(1, { status: 200, headers: [["Variable-A", value]] }),
        );
        assert.equal(stdout.split(/\r\n|\r|\n/).length, 4);
      } catch (error) {
        assert.ok(error instanceof FastCgiError);
      }
    }),
  );
});

const ended = {
  "request-complete": 0,
  "cannot-multiplex": 1,
  overloaded: 2,
  "unknown-role": 3,
} satisfies Record<ProtocolStatus, number>;

for (const [status, byte] of Object.entries(ended)) {
  test(`ends a request as ${status} with the specification's number`, () => {
    assert.deepEqual(
      writeEndRequest(1, status as ProtocolStatus),
      Uint8Array.of(1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, byte, 0, 0, 0),
    );
  });
}

test("ends a request undecided with a refusal, so that no web server takes it for leave to pass", () => {
  const { stdout, types } = read(writeRefusal(5, "overloaded"));
  assert.match(stdout, /^Status: 503 Service Unavailable\r\n/);
  assert.ok(stdout.endsWith("\r\n\r\n"));
  assert.deepEqual(types, [recordType.STDOUT, recordType.STDOUT, recordType.END_REQUEST]);
});
