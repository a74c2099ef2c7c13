import { startApplication } from "../kit/application.ts";
import { startHaproxy } from "../kit/haproxy.ts";
import { testFixedHost } from "./fixed-host.ts";
import { type GuardedBy, testGatewaySite } from "./gateway-visits.ts";
import { testHeaderTricks } from "./header-tricks.ts";
import { testUpgrades } from "./upgrades.ts";

const haproxy: GuardedBy = {
  example: "haproxy",
  whoami: "/whoami",
  identityArrives: "percent-encoded",
  async startServer(owner, site) {
    await startApplication(owner, site.folder);
    await startHaproxy(owner, site);
  },
};

testGatewaySite("HAProxy with gatewayd", haproxy);
testHeaderTricks("HAProxy with gatewayd", haproxy);
testUpgrades("HAProxy with gatewayd", {
  example: "haproxy",
  path: "/socket",
  startServer: startHaproxy,
});
testFixedHost("HAProxy with gatewayd", haproxy, {
  file: "haproxy.cfg",
  from: / if \{ req\.hdr\(host\) .*$/m,
});
