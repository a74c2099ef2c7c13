import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { atEnd } from "../kit/cleanup.ts";
import { startUpgradingApplication } from "../kit/upgrading-application.ts";
import { waitUntil } from "../kit/wait-until.ts";
import type { GuardedBy } from "./gateway-visits.ts";
import { startGuardedSite } from "./guarded-site.ts";

/** A web server before an application on `application.sock`. */
export interface Upgrades extends Pick<GuardedBy, "example" | "startServer"> {
  /** A path of that application. */
  readonly path: string;
}

/** Declares what holds for WebSockets behind any web server that asks gatewayd; a refusal is in the table of policies. */
export function testUpgrades(name: string, server: Upgrades): void {
  test(`${name} opens a WebSocket for a ticket, and tells the application whose`, async (t) => {
    const site = await startGuardedSite(t, server);
    await startUpgradingApplication(t, site.folder);
    const socket = connect(site.port, "127.0.0.1");
    atEnd(t, () => void socket.destroy());
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    await once(socket, "connect");
    const lines = askingToUpgrade(server.path, `${site.host}:${site.port}`);
    const cookie = `Cookie: ${site.cookieOf("good")}`;
    socket.write([...lines, cookie, "Remote-User: root", "", ""].join("\r\n"));
    assert.ok(await waitUntil(() => text.includes("\r\n\r\n"), 10_000));
    assert.match(text, /^HTTP\/1\.1 101 /);
    assert.match(text, /^x-seen-user: ada\.lovelace\r$/im);
    socket.write("is anybody there?");
    assert.ok(await waitUntil(() => text.endsWith("\r\n\r\nis anybody there?"), 10_000), text);
  });
}

function askingToUpgrade(path: string, host: string): readonly string[] {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
}
