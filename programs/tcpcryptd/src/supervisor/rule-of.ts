import { readHeldMark } from "../marks.ts";
import { isAboutPort } from "../settings/ports.ts";
import type { OutgoingRule, TcpcryptSettings } from "../settings/settings.ts";
import type { Endpoint } from "../worker/messages.ts";
import { isAmong } from "./destinations.ts";

/** A SYN that the rules held. */
export interface HeldSyn {
  readonly remote: Endpoint;
  /** The packet's mark, which names the rule that nft found. */
  readonly mark: number;
}

/**
 * The first outgoing rule that matches a held SYN. A rule of a control group matches when nft says
 * that it did: only the kernel knows which group a socket belongs to.
 */
export function outgoingRuleOf(
  { outgoing, encryptedPorts }: Pick<TcpcryptSettings, "outgoing" | "encryptedPorts">,
  { remote, mark }: HeldSyn,
): OutgoingRule | undefined {
  const preselected = readHeldMark(mark);
  return outgoing.find(
    (rule, index) =>
      (rule.cgroup === undefined || index === preselected) &&
      isAboutPort(rule, remote.port, encryptedPorts) &&
      isAmong(remote.address, rule.destinations),
  );
}
