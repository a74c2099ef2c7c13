import { join } from "node:path";
import type { TestContext } from "node:test";
import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import type {
  ContractSettings,
  ContractVisit,
  Outcome,
} from "@countersign/testing/kit/adapter-visit.ts";
import { pairs } from "../../src/proxy/hop-by-hop.ts";
import { folderFor, startFor } from "../running.ts";
import { echoHeaders, type RawAnswer, sendRaw, startApplication } from "./proxied.ts";

testAdapter("the proxy", startProxy);

async function startProxy(context: TestContext, contract: ContractSettings) {
  const folder = folderFor(context);
  const upstream = join(folder, "app.sock");
  const listen = join(folder, "proxy.sock");
  await startApplication(context, upstream, echoHeaders);
  await startFor(context, contract, {
    proxy: contract.sites.map(({ origin }) => ({
      listen: `unix:${listen}`,
      site: origin,
      upstream: `unix:${upstream}`,
    })),
  });
  return async (visit: ContractVisit) => outcomeOf(await sendRaw(listen, textOf(visit)), visit);
}

/** The visit as a proxy in front, which we trust, would pass it on. */
function textOf(visit: ContractVisit): string {
  const lines = [
    `${visit.method} ${visit.target} HTTP/${visit.httpVersion}`,
    `Host: ${visit.host}`,
    "Connection: close",
    `X-Forwarded-For: ${visit.clientAddress}`,
    ...Object.entries(visit.headers).map(([name, value]) => `${name}: ${value}`),
    ...(visit.cookies === undefined ? [] : [`Cookie: ${visit.cookies}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function outcomeOf({ status, headers, body }: RawAnswer, visit: ContractVisit): Outcome {
  if (status !== 200) return { kind: "answered", status, headers, body };
  const seen = new Map(
    [...pairs(JSON.parse(body))].map(([name, value]) => [name.toLowerCase(), value]),
  );
  const text = (name: string) => decodeURIComponent(seen.get(name) ?? "");
  return {
    kind: "in",
    user: text("remote-user"),
    tokens: text("remote-user-tokens"),
    data: text("remote-user-data"),
    ...said("authorization", seen.get("authorization"), visit.headers.authorization),
    ...said("cookies", seen.get("cookie"), visit.cookies),
  };
}

/** What the application got, unless it is what the visitor sent. */
function said(name: string, got: string | undefined, sent: string | undefined) {
  return got === sent ? {} : { [name]: got ?? "" };
}
