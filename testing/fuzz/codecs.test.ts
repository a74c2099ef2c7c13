import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defaultLimits,
  FastCgiError,
  finish,
  newConnection,
  RecordReader,
  receive,
  writeResponse,
} from "@countersign/fastcgi";
import { createGateway, type PlaceOptions } from "@countersign/gateway";
import { createEncodedCache, createVerifier, importPublicKey } from "@countersign/ticket";
import { growth, heldBytes } from "./growth.ts";
import { factsOf, fastCgiInput, now, publicKey, sites } from "./inputs.ts";
import type { Random } from "./random.ts";
import { tryInputs } from "./run.ts";

const maxGrowthBytes = 1_000_000;

test("FastCGI: whatever arrives, in whatever pieces, is taken or refused, and never kept", async (context) => {
  const held: number[] = [];
  await tryInputs(context, { inputs: 50_000, seconds: 20 }, takeStream, {
    betweenRounds: () => void held.push(heldBytes()),
  });
  context.diagnostic(`held: ${held}`);
  assert.ok(growth(held) < maxGrowthBytes, `${held}`);
});

function takeStream(random: Random): void {
  let bytes = fastCgiInput(random);
  const reader = new RecordReader();
  let connection = newConnection;
  try {
    while (bytes.length > 0) {
      const length = random.int(bytes.length) + 1;
      for (const record of reader.read(bytes.subarray(0, length))) {
        const step = receive(connection, record);
        connection = step.next;
        for (const effect of step.effects) {
          if (effect.type !== "authorize") continue;
          writeResponse(effect.requestId, { status: 403, headers: [] });
          connection = finish(connection, effect.requestId).next;
        }
        assert.ok(connection.requests.size <= defaultLimits.maxRequests);
      }
      bytes = bytes.subarray(length);
    }
  } catch (error) {
    if (!(error instanceof FastCgiError)) throw error;
  }
}

test("decisions: no visit is let in where it may not be, and none throws", async (context) => {
  const cache = createEncodedCache({ maxEntries: 1000, maxBytes: 3_000_000 });
  const verifier = createVerifier({ keys: [importPublicKey(publicKey)], cache });
  const [site] = sites;
  assert.ok(site !== undefined);
  const gateway = createGateway({
    sites: [{ ...site, basicAuth: "fake", places: site.places as PlaceOptions[], verifier }],
    loopKey: new Uint8Array(32),
  });
  let [allowed, refused] = [0, 0];
  const held: number[] = [];
  await tryInputs(context, { inputs: 100_000, seconds: 20 }, decideVisit, {
    betweenRounds: () => void held.push(heldBytes()),
  });
  context.diagnostic(`${allowed} let in, ${refused} not`);
  assert.ok(allowed > 0 && refused > 0);
  context.diagnostic(`held: ${held}`);
  assert.ok(growth(held) < maxGrowthBytes, `${held}`);

  function decideVisit(random: Random): void {
    const { cookies, accept, origin, ...facts } = factsOf(random);
    const headers = new Map([
      ["cookie", cookies],
      ["accept", accept],
      ["origin", origin],
    ]);
    const oddHeaderNames = random.chance(0.05) ? ["Remote_User"] : [];
    const scheme = facts.scheme === "https" ? "https" : "http";
    const visit = { ...facts, scheme, httpVersion: "1.1", headers, oddHeaderNames } as const;
    const decision = gateway.decide(visit, now);
    if (decision.kind !== "allow") {
      refused += 1;
      for (const [, value] of decision.answer.headers) assert.match(value, /^[ -~]*$/);
      return;
    }
    allowed += 1;
    assert.ok(decision.ticket === undefined || decision.ticket.uid === "ada");
    for (const path of [facts.target, facts.servedPath ?? ""]) {
      assert.ok(!isBelowAdmin(path), path);
    }
    assert.equal(oddHeaderNames.length, 0);
  }
});

/** As the laxest server might read it: decoded as long as it can be, without parameters, dots and case. */
function isBelowAdmin(target: string): boolean {
  let path = target.split(/[?#]/, 1)[0] ?? "";
  for (let round = 0; round < 3; round += 1) path = decoded(path);
  const segments: string[] = [];
  for (const segment of path.replaceAll("\\", "/").split("/")) {
    const name = (segment.split(";", 1)[0] ?? "").toLowerCase();
    if (name === "..") segments.pop();
    else if (name !== "" && name !== ".") segments.push(name);
  }
  return segments[0] === "admin";
}

function decoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
