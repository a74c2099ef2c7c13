import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { makeCertificate } from "@countersign/testing/kit/openssl.ts";
import { makeKeys, run, temporaryFolder } from "./command.ts";

const host = "wiki.example.com";

async function check(change: (text: string) => string, mode = 0o640): Promise<string> {
  await using folder = await temporaryFolder();
  await makeKeys(folder.path, "k.pem");
  await mkdir(join(folder.path, "other"));
  makeCertificate(folder.path, host);
  makeCertificate(join(folder.path, "other"), "other.example.com");
  await chmod(join(folder.path, "certificate.key.pem"), mode);
  await chmod(join(folder.path, "other/certificate.key.pem"), 0o600);
  const text = `
keys: [ { file: k.pem.pub } ]
sites: [ { origin: "https://${host}", loginUrl: "https://sso.example.com/login" } ]
proxy:
  - listen: unix:proxy.sock
    site: https://${host}
    upstream: http://127.0.0.1:3000
    tls: { certificate: certificate.pem, key: certificate.key.pem }
`;
  await writeFile(join(folder.path, "g.yaml"), change(text));
  const { stdout } = await run(folder.path, ["check", "g.yaml"]);
  return stdout;
}

test("check finds nothing wrong with a certificate, its key, and where to listen", async () => {
  assert.equal(await check((text) => text), "g.yaml (gateway): ok\n");
});

test("check tells what is wrong with the files of a proxy", async () => {
  const [certificate, key, listen] = ["certificate.pem", "certificate.key.pem", "unix:proxy"];
  const cases = [
    [certificate, "no.pem", /tls\.certificate: .*a certificate file, but .*no\.pem/],
    [certificate, "g.yaml", /tls\.certificate: .*a certificate, PEM/],
    [certificate, "other/certificate.pem", /tls\.certificate: .*a certificate for wiki\./],
    [key, "no.pem", /tls\.key: .*a key file, but .*no\.pem/],
    [key, "other/certificate.key.pem", /tls\.key: .*the private key of the certificate/],
    [listen, "unix:missing/proxy", /listen: .*a folder that exists/],
  ] as const;
  for (const [from, to, problem] of cases) {
    assert.match(await check((text) => text.replace(`: ${from}`, `: ${to}`)), problem);
  }
});

test("check warns of a private key that everybody may read", async () => {
  assert.match(await check((text) => text, 0o644), /tls\.key: .*others cannot open/);
});
