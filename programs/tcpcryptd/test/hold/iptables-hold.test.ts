import assert from "node:assert/strict";
import { test } from "node:test";
import { holdByIptables } from "../../src/hold/iptables-hold.ts";

test("journals what takes its rules away before it makes them", () => {
  const told: string[] = [];
  const say = (what: string, command: string, args: readonly string[]) =>
    void told.push(`${what} ${command} ${args[3]}`);
  const undo = holdByIptables(5, {
    run: (command, args) => say("run", command, args),
    journal: (undoing) => {
      for (const { command, args } of undoing) say("note", command, args);
    },
  });
  undo();
  assert.deepEqual(told, [
    ...["note iptables -D", "note ip6tables -D"],
    ...["run iptables -A", "run ip6tables -A", "run iptables -D", "run ip6tables -D"],
  ]);
});

test("sends held packets of every rule to the queue, and lets them go on when nobody is there", () => {
  const commands: string[] = [];
  holdByIptables(5, {
    run: (command, args) => void commands.push([command, ...args].join(" ")),
    journal: () => undefined,
  });
  assert.equal(
    commands[0],
    "iptables -w -t mangle -A OUTPUT -m mark --mark 0x43000004/0xffff00ff " +
      "-j NFQUEUE --queue-num 5 --queue-bypass",
  );
});
