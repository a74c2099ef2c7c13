import { readFileSync } from "node:fs";
import { countersign } from "@countersign/middleware/koa";
import Koa from "koa";

const site = {
  origin: "http://@HOST@:@PORT@",
  loginUrl: "@LOGIN_URL@",
  publicKey: readFileSync("@PUBLIC_KEY@", "utf8"),
};
const protectAdmin = countersign({ ...site, anyOfTokens: ["admin"] });
const app = new Koa();

app.use(countersign(site)).use(async (context) => {
  if (context.path === "/") context.body = context.state.identity;
  if (context.path === "/admin") {
    await protectAdmin(context, async () => {
      context.body = "You are an administrator.";
    });
  }
});

app.listen(Number("@PORT@"), "127.0.0.1");
