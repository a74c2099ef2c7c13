import { startNginx } from "../kit/web-servers.ts";
import { testGatewaySite } from "./gateway-visits.ts";

testGatewaySite("nginx with gatewayd", {
  example: "nginx",
  whoami: "/whoami",
  identityArrives: "percent-encoded",
  startServer: startNginx,
});
