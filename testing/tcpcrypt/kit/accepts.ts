import type { Host } from "../../kit/namespaces/host.ts";

/** Whether somebody listens on a host; asked over loopback, which tcpcryptd leaves alone. */
export function accepts(host: Host, port: number): Promise<boolean> {
  const socket = host.connect({ address: "127.0.0.1", port });
  return new Promise((resolve) => {
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
