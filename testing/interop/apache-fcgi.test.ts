import { startApache } from "../kit/web-servers.ts";
import { testGatewaySite } from "./gateway-visits.ts";

testGatewaySite("Apache with mod_authnz_fcgi and gatewayd", {
  example: "apache-fcgi",
  whoami: "/cgi/whoami",
  identityArrives: "as-text",
  startServer: startApache,
});
