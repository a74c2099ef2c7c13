import { readFileSync } from "node:fs";
import { countersign } from "@countersign/middleware/express";
import express from "express";

const site = {
  origin: "http://@HOST@:@PORT@",
  loginUrl: "@LOGIN_URL@",
  publicKey: readFileSync("@PUBLIC_KEY@", "utf8"),
};
const app = express();

app.use(countersign(site));
app.use("/admin", countersign({ ...site, anyOfTokens: ["admin"] }));

app.get("/", (request, response) => {
  response.json(request.identity);
});
app.get("/admin", (_request, response) => {
  response.send("You are an administrator.");
});

app.listen(Number("@PORT@"), "127.0.0.1");
