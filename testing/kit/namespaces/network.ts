import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { atEnd, type Owner, onExit } from "../cleanup.ts";
import { Host } from "./host.ts";
import { namespaceName, namespacePath, removeLeftovers, removeNamespace } from "./names.ts";
import { requireNamespaces } from "./requirements.ts";

/** Two hosts on one wire. */
export interface Pair {
  readonly a: Host;
  readonly b: Host;
}

/** Two hosts with a router between them. */
export interface Routed extends Pair {
  /** `eth0` leads to a, `eth1` to b. */
  readonly router: Host;
}

/**
 * Two hosts, `eth0` to `eth0`. Their addresses are the same in every network: namespaces never
 * meet, and a test may need one host to stand in for another.
 */
export function createPair(owner: Owner): Pair {
  const a = createHost(owner, "a", ["192.0.2.1", "2001:db8::1"]);
  const b = createHost(owner, "b", ["192.0.2.2", "2001:db8::2"]);
  plug([a, "eth0"], [b, "eth0"]);
  configure(a, [...up("eth0"), ...addresses("eth0", a)]);
  configure(b, [...up("eth0"), ...addresses("eth0", b)]);
  return { a, b };
}

/** Two hosts on different networks, and the router that knows both. */
export function createRouted(owner: Owner): Routed {
  const a = createHost(owner, "a", ["192.0.2.1", "2001:db8:1::1"]);
  const router = createHost(owner, "router", ["192.0.2.9", "2001:db8:1::9"]);
  const b = createHost(owner, "b", ["198.51.100.1", "2001:db8:2::1"]);
  plug([a, "eth0"], [router, "eth0"]);
  plug([b, "eth0"], [router, "eth1"]);
  configure(router, [
    ...up("eth0"),
    ...up("eth1"),
    ...addresses("eth0", router),
    ...addresses("eth1", { ipv4: "198.51.100.9", ipv6: "2001:db8:2::9" }),
  ]);
  forward(router);
  configure(a, [...up("eth0"), ...addresses("eth0", a), ...gateway("192.0.2.9", "2001:db8:1::9")]);
  configure(b, [
    ...up("eth0"),
    ...addresses("eth0", b),
    ...gateway("198.51.100.9", "2001:db8:2::9"),
  ]);
  return { a, router, b };
}

function createHost(owner: Owner, label: string, [ipv4, ipv6]: readonly [string, string]): Host {
  requireNamespaces();
  removeLeftovers();
  const name = namespaceName(label);
  const forget = onExit(() => removeNamespace(name));
  atEnd(owner, () => {
    forget();
    removeNamespace(name);
  });
  command(["netns", "add", name]);
  const host = new Host(owner, { label, path: namespacePath(name), ipv4, ipv6 });
  // Nobody else is here: no need to wait a second for one who has the same address.
  write(host, "/proc/sys/net/ipv6/conf/default/accept_dad", 0);
  return host;
}

function plug(one: readonly [Host, string], other: readonly [Host, string]): void {
  const [[host, name], [otherHost, otherName]] = [one, other];
  const peer = ["peer", "name", otherName, "netns", nameOf(otherHost)];
  command(["link", "add", name, "netns", nameOf(host), "type", "veth", ...peer]);
}

function up(name: string): readonly string[] {
  return ["link set lo up", `link set ${name} up`];
}

function addresses(name: string, { ipv4, ipv6 }: { ipv4: string; ipv6: string }) {
  return [`addr add ${ipv4}/24 dev ${name}`, `addr add ${ipv6}/64 dev ${name}`];
}

function gateway(ipv4: string, ipv6: string): readonly string[] {
  return [`route add default via ${ipv4}`, `route add default via ${ipv6}`];
}

function configure(host: Host, lines: readonly string[]): void {
  command(["-n", nameOf(host), "-batch", "-"], `${lines.join("\n")}\n`);
}

function forward(router: Host): void {
  write(router, "/proc/sys/net/ipv4/ip_forward", 1);
  write(router, "/proc/sys/net/ipv6/conf/all/forwarding", 1);
}

function write(host: Host, sysctl: string, value: number): void {
  host.inside(() => writeFileSync(sysctl, String(value)));
}

function nameOf(host: Host): string {
  return host.path.slice(host.path.lastIndexOf("/") + 1);
}

function command(args: readonly string[], input = ""): void {
  const { status, stderr } = spawnSync("ip", args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}
