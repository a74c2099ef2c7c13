import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { describeProblem, parseSettings } from "@countersign/settings";
import { gatewaySettings } from "../src/settings.ts";

const root = new URL("../../../", import.meta.url);
const read = (name: string) => readFileSync(new URL(`examples/systemd/${name}`, root), "utf8");
const socket = read("countersign-gateway.socket");
const service = read("countersign-gateway.service");

/** What a unit says under this name, in its order. */
function said(unit: string, name: string): readonly string[] {
  return [...unit.matchAll(/^([A-Za-z]+)=(.*)$/gm)].flatMap(([, key, value = ""]) =>
    key === name ? [value] : [],
  );
}

function settings() {
  const parsed = parseSettings(gatewaySettings, { name: "g", text: read("gateway.yaml") });
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.problems.map(describeProblem).join("\n"));
  return parsed.settings;
}

test("the settings name the socket as its unit does", () => {
  const [name] = said(socket, "FileDescriptorName");
  assert.deepEqual(settings().http, [{ kind: "systemd", name }]);
  assert.equal(said(socket, "ListenStream").length, 1, "each further one would share the name");
});

test("nobody but the web server's group can open the socket", () => {
  assert.deepEqual(said(socket, "SocketMode"), ["0660"]);
  assert.deepEqual(said(socket, "Accept"), []);
});

test("the service is handed the socket, and starts the program that is there", () => {
  assert.deepEqual(said(service, "Requires"), ["countersign-gateway.socket"]);
  const [command = ""] = said(service, "ExecStart");
  const [, program = ""] = / \/opt\/countersign\/(\S+) gateway --config \S+$/.exec(command) ?? [];
  assert.ok(existsSync(new URL(program, root)), program);
});

test("the service waits for longer than requests may take to end", () => {
  const [seconds] = said(service, "TimeoutStopSec");
  assert.ok(Number(seconds) > settings().limits.stopSeconds);
});

test("the service may open as many connections as the settings allow, and twice as many to refuse", () => {
  const [most] = said(service, "LimitNOFILE");
  assert.ok(Number(most) > 2 * settings().limits.connections);
});
