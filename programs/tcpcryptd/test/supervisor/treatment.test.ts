import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mode } from "../../src/settings/settings.ts";
import { awareModeOf, incomingTreatments, treatmentOf } from "../../src/supervisor/treatment.ts";
import { settingsFrom } from "./settings-from.ts";

const awareness = {
  off: [undefined, undefined],
  opportunistic: ["off", "on"],
  required: ["off", "on"],
  "required-aware": ["mandatory", "mandatory"],
} satisfies Record<Mode, [string | undefined, string | undefined]>;

for (const [mode, expected] of Object.entries(awareness)) {
  test(`says and asks of applications what ${mode} means`, () => {
    const found = [false, true].map((aware) => {
      const treatment = treatmentOf({ mode: mode as Mode, aware, resumption: true });
      return treatment && awareModeOf(treatment);
    });
    assert.deepEqual(found, expected);
  });
}

test("finds each treatment of incoming rules once", () => {
  const { incoming } = settingsFrom({
    incoming: [
      { ports: [80] },
      { ports: [81], mode: "off" },
      { ports: [82], aware: true },
      { ports: [83], mode: "required-aware" },
      { ports: [84], mode: "required-aware", aware: true },
      { ports: [85] },
      { ports: [86], resumption: false },
    ],
  });
  const found = incomingTreatments(incoming).map(
    (one) => `${one.mode} ${awareModeOf(one)} ${one.resumption}`,
  );
  assert.deepEqual(found, [
    "opportunistic off true",
    "opportunistic on true",
    "required-aware mandatory true",
    "opportunistic off false",
  ]);
});
