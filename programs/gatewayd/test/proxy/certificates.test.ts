import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect } from "node:tls";
import { makeCertificate } from "@countersign/testing/kit/openssl.ts";
import { GatewayError, startGateway } from "../../src/main.ts";
import { folderFor, settingsFrom, worldIn } from "../running.ts";
import { now, sample } from "../sample.ts";
import { echoHeaders, startApplication } from "./proxied.ts";

const names = ["wiki.example.com", "shop.example.com"] as const;

/** Two public sites at one address, each with a certificate of its own. */
async function startOverTls(context: TestContext) {
  const folder = folderFor(context);
  writeFileSync(join(folder, "ticket.pub.pem"), sample.publicKey);
  await startApplication(context, join(folder, "app.sock"), echoHeaders);
  for (const name of names) renew(folder, name);
  const settings = settingsFrom({
    keys: [{ file: "ticket.pub.pem" }],
    sites: names.map((name) => ({ origin: `https://${name}`, access: "public" })),
    proxy: names.map((name) => ({
      listen: "127.0.0.1:0",
      site: `https://${name}`,
      upstream: "unix:app.sock",
      tls: { certificate: `${name}/certificate.pem`, key: `${name}/certificate.key.pem` },
    })),
  });
  const gateway = await startGateway(settings, worldIn(folder, now));
  context.after(() => gateway.stop());
  return { folder, gateway, settings, port: Number(new URL(gateway.addresses[0] ?? "").port) };
}

/** Makes a new certificate in the place of the one before. */
function renew(folder: string, name: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  makeCertificate(join(folder, name), name);
}

function certificateOf(folder: string, name: string): string {
  return readFileSync(join(folder, name, "certificate.pem"), "utf8");
}

/** The answer to a request over TLS to the site of this name, which has this certificate. */
function askOverTls(port: number, ca: string, name: string, servername?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const checkServerIdentity = () => undefined;
    const socket = connect({ port, ca, servername, checkServerIdentity }, () =>
      socket.write(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`),
    );
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}

test("speaks TLS with each site's own certificate, and says that it did", async (context) => {
  const { folder, gateway, port } = await startOverTls(context);
  assert.match(gateway.addresses[0] ?? "", /^https:\/\//);
  for (const name of names) {
    const answer = await askOverTls(port, certificateOf(folder, name), name, name);
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.match(answer, /"X-Forwarded-Proto","https"/);
  }
});

test("shows the first site's certificate to those who name no site", async (context) => {
  const { folder, port } = await startOverTls(context);
  const [first] = names;
  assert.match(await askOverTls(port, certificateOf(folder, first), first), /^HTTP\/1\.1 200 /);
});

test("shows renewed certificates after a reload, to those who name a site and to others", async (context) => {
  const { folder, gateway, settings, port } = await startOverTls(context);
  const [first] = names;
  const old = certificateOf(folder, first);
  await askOverTls(port, old, first);
  renew(folder, first);
  await askOverTls(port, old, first);
  await gateway.reload(settings);
  const renewed = certificateOf(folder, first);
  assert.match(await askOverTls(port, renewed, first), /^HTTP\/1\.1 200 /);
  assert.match(await askOverTls(port, renewed, first, first), /^HTTP\/1\.1 200 /);
  await assert.rejects(askOverTls(port, old, first));
});

test("does not start without a certificate, or with one and another's key", async (context) => {
  const { folder, settings } = await startOverTls(context);
  const start = (tls: object) =>
    startGateway(
      {
        ...settings,
        proxy: settings.proxy.map((entry) => ({ ...entry, ...{ tls } })),
      } as typeof settings,
      worldIn(folder, now),
    );
  const [wiki, shop] = names.map((name) => `${name}/certificate`);
  await assert.rejects(
    start({ certificate: `${wiki}.pem`, key: `${shop}.key.pem` }),
    (error) => error instanceof GatewayError && error.code === "bad-certificate",
  );
  await assert.rejects(
    start({ certificate: "nothing.pem", key: `${shop}.key.pem` }),
    (error) => error instanceof GatewayError && error.code === "unreadable-certificate",
  );
});
