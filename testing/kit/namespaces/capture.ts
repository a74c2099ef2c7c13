import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "../cleanup.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { waitUntil } from "../wait-until.ts";
import type { Host } from "./host.ts";
import { readPcap } from "./pcap.ts";
import type { TcpPacket } from "./tcp-packet.ts";

/** What passes an interface. */
export interface Capture {
  /** All packets that passed before this was called. */
  packets(): Promise<readonly TcpPacket[]>;
  stop(): Promise<void>;
}

const discardPort = 9;

/** Starts to note the TCP packets that pass `eth0` of a host; ends with `owner`. */
export async function startCapture(owner: Owner, host: Host, towards: Host): Promise<Capture> {
  const file = join(temporaryFolder(owner), "capture.pcap");
  const filter = `tcp or udp port ${discardPort}`;
  const server = await host.start({
    command: "tcpdump",
    // Packets are written one by one, as root: the folder is not tcpdump's own user's.
    args: ["-i", "eth0", "-Z", "root", "-B", "65536", "-U", "--immediate-mode", "-w", file, filter],
    isReady: async () => read(file).length > 0,
  });
  let marks = 0;
  return {
    async packets() {
      // The kernel keeps the order: when the mark is in the file, so is all that passed before.
      const mark = `end of what is asked, ${++marks}`;
      await host.must("bash", "-c", `echo '${mark}' > /dev/udp/${towards.ipv4}/${discardPort}`);
      if (!(await waitUntil(() => read(file).includes(mark), 5000))) {
        throw new Error(`tcpdump did not see the mark; it said:\n${server.log()}`);
      }
      return readPcap(read(file));
    },
    stop: () => server.stop(),
  };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
