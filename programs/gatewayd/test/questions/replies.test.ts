import assert from "node:assert/strict";
import { test } from "node:test";
import { answerFor, bare, letIn } from "../../src/questions/replies.ts";
import { decisionOn, visitWith } from "../decisions.ts";

test("lets in with every identity header, empty where nobody is known, and nothing to be stored", () => {
  const decision = decisionOn(visitWith({}), { access: "public", cacheSeconds: 60 });
  assert.ok(decision.kind === "allow");
  assert.deepEqual(letIn(decision), {
    status: 200,
    headers: [
      ...["Remote-User", "", "Remote-User-Tokens", "", "Remote-User-Data", ""],
      ...["Auth-Type", "", "Tcp-Crypt-Sessid", "", "Cache-Control", "no-store"],
    ],
    body: "",
  });
});

test("gives a refusal as it is", () => {
  const decision = decisionOn(visitWith({}));
  assert.ok(decision.kind !== "allow");
  const { status, headers, body } = decision.answer;
  assert.deepEqual(answerFor(decision), { status, headers: headers.flat(), body });
});

test("lets nobody store an answer that is only a status", () => {
  assert.deepEqual(bare(403), { status: 403, headers: ["Cache-Control", "no-store"], body: "" });
});
