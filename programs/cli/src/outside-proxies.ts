import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { createSecureContext } from "node:tls";
import type { GatewaySettings } from "@countersign/gatewayd";
import { entriesOf, type PartlyRight, type Problem } from "@countersign/settings";
import { CommandError } from "./command-error.ts";
import { wrongWithSocket } from "./outside-folders.ts";
import { readFileBounded } from "./read-bounded.ts";
import { problemsAt, type SettingsFile } from "./settings-file.ts";

/** A chain of several certificates takes some 10 KB. */
const maxPemBytes = 262_144;

type Proxy = GatewaySettings["proxy"][number];

/** What is wrong with the sockets, certificates and keys of the sites that a gateway serves itself. */
export async function proxyProblems(
  { settings, isRight }: PartlyRight<GatewaySettings>,
  file: SettingsFile,
): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  for (const [index, proxy] of entriesOf(settings.proxy)) {
    const at = ["proxy", index];
    if (!isRight(...at)) continue;
    if (proxy.listen.kind !== "systemd") {
      const wrong = await wrongWithSocket(proxy.listen, file.folder);
      found.push(...problemsAt(file, [...at, "listen"], wrong));
    }
    found.push(...(await tlsProblems(proxy, [...at, "tls"], file)));
  }
  return found;
}

async function tlsProblems(
  { tls, site }: Proxy,
  at: readonly PropertyKey[],
  file: SettingsFile,
): Promise<readonly Problem[]> {
  if (tls === undefined) return [];
  const certificate = await read(tls.certificate, file);
  const key = await read(tls.key, file);
  return [
    ...problemsAt(file, [...at, "certificate"], wrongWithCertificate(certificate, site)),
    ...problemsAt(file, [...at, "key"], wrongWithKey(key, certificate)),
  ];
}

type Read = { readonly text: string; readonly mode: number } | { readonly failure: string };

async function read(path: string, { folder }: SettingsFile): Promise<Read> {
  try {
    return await readFileBounded(resolve(folder, path), maxPemBytes);
  } catch (error) {
    if (error instanceof CommandError) return { failure: error.message };
    throw error;
  }
}

function wrongWithCertificate(read: Read, site: string): string | undefined {
  if ("failure" in read) return `a certificate file, but ${read.failure}`;
  const hostname = new URL(site).hostname.replaceAll(/[[\]]/g, "");
  try {
    const certificate = new X509Certificate(read.text);
    const names =
      isIP(hostname) === 0 ? certificate.checkHost(hostname) : certificate.checkIP(hostname);
    return names === undefined ? `a certificate for ${hostname}` : undefined;
  } catch {
    return "a certificate, PEM";
  }
}

function wrongWithKey(read: Read, certificate: Read): string | undefined {
  if ("failure" in read) return `a key file, but ${read.failure}`;
  // The group of certificate keys may read them on Debian.
  if ((read.mode & 0o007) !== 0) return "a private key that others cannot open: chmod o= it";
  try {
    const cert = "text" in certificate ? certificate.text : undefined;
    createSecureContext({ key: read.text, cert });
    return undefined;
  } catch {
    return "the private key of the certificate, PEM";
  }
}
