import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { echoHeaders, type Proxied, type ProxyPlan, startProxied } from "./proxied.ts";

/** Starts gatewayd before an application that answers everything with these characters (Latin-1). */
export async function startRaw(
  context: TestContext,
  answer: string,
  plan: ProxyPlan = {},
): Promise<Proxied> {
  const proxy = { ...plan.proxy, upstream: "unix:raw.sock" };
  const proxied = await startProxied(context, echoHeaders, { ...plan, proxy });
  const server = createServer((socket) => {
    context.after(() => socket.destroy());
    socket.on("error", () => undefined).on("data", () => socket.write(answer, "latin1"));
  });
  await once(server.listen(join(proxied.folder, "raw.sock")), "listening");
  context.after(() => server.close());
  return proxied;
}
