import { spawnSync } from "node:child_process";

/** Each program that the rows need, and the Debian package that has it. */
const packageOf = { iperf3: "iperf3", wrk: "wrk", nginx: "nginx", nft: "nftables" };

/** @throws {Error} Not root, or programs are not installed: which, and how to get them. */
export function demandTools(): void {
  if (process.getuid?.() !== 0)
    throw new Error("the rows of tcpcrypt need root: they make network namespaces");
  const missing = Object.entries(packageOf).filter(
    ([program]) =>
      spawnSync("sh", ["-c", `PATH=$PATH:/usr/sbin command -v ${program}`]).status !== 0,
  );
  if (missing.length === 0) return;
  const programs = missing.map(([program]) => program).join(" and ");
  const packages = missing.map(([, name]) => name).join(" ");
  throw new Error(`the rows of tcpcrypt need ${programs}: apt-get install ${packages}`);
}
