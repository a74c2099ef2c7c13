import { fastCgiErrorTexts } from "@countersign/fastcgi";
import { policyErrorTexts } from "@countersign/gateway";
import { gatewayErrorTexts, gatewaySettings } from "@countersign/gatewayd";
import { loginErrorTexts, loginSettings, userRefusalTexts } from "@countersign/login";
import { jsonSchemaOf, referencePageOf } from "@countersign/settings";
import { refusalTexts, ticketErrorTexts } from "@countersign/ticket";
import { cliReference } from "countersign/src/reference.ts";
import { errorsPage } from "./errors.ts";

const settingsIntro = (command: string, file: string): string =>
  `\`countersign ${command} --config ${file}.yaml\` reads them from a YAML file; ` +
  `\`countersign check\` checks it. Names with dots are nested; \`[]\` stands for each element of a ` +
  `list. SIGHUP reads the file again: if anything in it is wrong, the settings stay as they were.\n\n` +
  `Editors that know JSON Schema check the file while it is written: ` +
  `\`# yaml-language-server: $schema=…/${file}.schema.json\` as its first line, ` +
  `with the path of [${file}.schema.json](${file}.schema.json).`;

/** Every generated file below docs/reference, by its name. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    [
      "login.md",
      referencePageOf(loginSettings, {
        title: "Settings of the login server",
        intro: settingsIntro("login", "login"),
      }),
    ],
    [
      "gateway.md",
      referencePageOf(gatewaySettings, {
        title: "Settings of the gateway",
        intro: settingsIntro("gateway", "gateway"),
      }),
    ],
    ["login.schema.json", json(jsonSchemaOf(loginSettings, { title: "Countersign login server" }))],
    ["gateway.schema.json", json(jsonSchemaOf(gatewaySettings, { title: "Countersign gateway" }))],
    ["cli.md", cliReference()],
    ["errors.md", errorsPage(words)],
  ]);
}

const words = [
  {
    heading: "Refusals of tickets",
    intro:
      "What `verifyTicket` and `countersign ticket verify` answer, in the order of the checks.",
    texts: refusalTexts,
  },
  {
    heading: "Refusals in the administration of users",
    intro: "What `countersign users` answers.",
    texts: userRefusalTexts,
  },
  {
    heading: "`TicketError`",
    intro: "Thrown by @countersign/ticket.",
    texts: ticketErrorTexts,
  },
  {
    heading: "`PolicyError`",
    intro: "Thrown by @countersign/gateway for sites and places that cannot be meant.",
    texts: policyErrorTexts,
  },
  {
    heading: "`FastCgiError`",
    intro: "Thrown by @countersign/fastcgi; the connection is closed.",
    texts: fastCgiErrorTexts,
  },
  {
    heading: "`LoginError`",
    intro: "Thrown by the login server.",
    texts: loginErrorTexts,
  },
  {
    heading: "`GatewayError`",
    intro: "Thrown by the gateway.",
    texts: gatewayErrorTexts,
  },
];

function json(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
