import { readFileSync } from "node:fs";
import { countersign } from "@countersign/middleware/express";
import express from "express";

const site = {
  origin: "http://@HOST@:@PORT@",
  loginUrl: "@LOGIN_URL@",
  refreshUrl: "@LOGIN_ORIGIN@/refresh",
  unauthorisedUrl: "@LOGIN_ORIGIN@/login?reason=forbidden",
  publicKey: readFileSync("@PUBLIC_KEY@", "utf8"),
  trustedProxies: ["127.0.0.1"],
};
const app = express();

app.use(countersign(site));
app.use("/admin", countersign({ ...site, anyOfTokens: ["admin"] }));

app.all("/whoami", (request, response) => {
  const { identity } = request;
  const lines = [
    `REMOTE_USER=${identity?.user}`,
    `REMOTE_USER_TOKENS=${identity?.tokens}`,
    `REMOTE_USER_DATA=${identity?.userData ?? ""}`,
    "AUTH_TYPE=mod_auth_pubtkt",
  ];
  response.type("text/plain").send(`${lines.join("\n")}\n`);
});
app.get("/admin", (_request, response) => {
  response.send("You are an administrator.");
});

app.listen(Number("@APPLICATION_PORT@"), "127.0.0.1");
