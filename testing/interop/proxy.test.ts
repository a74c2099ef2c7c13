import { startApplication } from "../kit/application.ts";
import { type GuardedBy, testGatewaySite } from "./gateway-visits.ts";
import { testHeaderTricks } from "./header-tricks.ts";
import { testProxiedApplication } from "./proxied-application.ts";
import { testUpgrades } from "./upgrades.ts";

const proxy: GuardedBy = {
  example: "proxy",
  whoami: "/whoami",
  identityArrives: "percent-encoded",
  isGatewayItself: true,
  startServer: (owner, site) => startApplication(owner, site.folder),
};
// gatewayd is the web server, and runs already.
const nothingMore = { example: "proxy", path: "/whoami", startServer: async () => undefined };

testGatewaySite("gatewayd as a proxy", proxy);
testHeaderTricks("gatewayd as a proxy", proxy);
testUpgrades("gatewayd as a proxy", nothingMore);
testProxiedApplication("gatewayd as a proxy", nothingMore);
