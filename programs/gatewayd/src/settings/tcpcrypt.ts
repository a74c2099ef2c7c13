import { filePath } from "@countersign/settings";
import * as z from "zod";

/** Where session IDs of connections come from. */
export const tcpcrypt = z.strictObject({
  socket: filePath
    .default("/run/tcpcryptd/tcpcrypt.sock")
    .describe("The control socket of tcpcryptd. gatewayd's user must be in its group."),
  timeoutMilliseconds: z
    .int()
    .min(1)
    .max(5_000)
    .default(250)
    .describe("How long a visitor may wait for it; then the connection counts as having none."),
});
