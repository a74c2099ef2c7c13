import { fastCgiErrorTexts } from "@countersign/fastcgi";
import { badRequestTexts, policyErrorTexts, reasonTexts } from "@countersign/gateway";
import { gatewayErrorTexts, gatewaySettings } from "@countersign/gatewayd";
import {
  auditEventTexts,
  auditReasonTexts,
  loginErrorTexts,
  loginSettings,
  returnRefusalTexts,
  userRefusalTexts,
} from "@countersign/login";
import { jsonSchemaOf, referencePageOf } from "@countersign/settings";
import { abortReasonTexts, disableReasonTexts } from "@countersign/tcpcrypt";
import { tcpcryptClientErrorTexts } from "@countersign/tcpcrypt-client";
import { tcpcryptdErrorTexts, tcpcryptSettings } from "@countersign/tcpcryptd";
import { refusalTexts, ticketErrorTexts } from "@countersign/ticket";
import { commandErrorTexts } from "countersign/src/command-error.ts";
import { cliReference } from "countersign/src/reference.ts";
import { errorsPage } from "./errors.ts";

const settingsIntro = (command: string, file: string): string =>
  `\`countersign ${command} --config ${file}.yaml\` reads them from a YAML file; ` +
  `\`countersign check\` checks it. Names with dots are nested; \`[]\` stands for each element of a ` +
  `list. SIGHUP reads the file again: if anything in it is wrong, the settings stay as they were.\n\n` +
  `Editors that know JSON Schema check the file while it is written: ` +
  `\`# yaml-language-server: $schema=…/${file}.schema.json\` as its first line, ` +
  `with the path of [${file}.schema.json](${file}.schema.json).`;

const tcpcryptIntro =
  "`countersign tcpcrypt up --config tcpcrypt.yaml` reads them from a YAML file, and says at once " +
  "all that is wrong with it. Names with dots are nested; `[]` stands for each element of a list. " +
  "They are read at the start only. Without a file it takes ports 80 and 8080 in both directions, " +
  "opportunistically. The [guide](../guide/tcpcrypt.md) has examples.\n\n" +
  "Editors that know JSON Schema check the file while it is written: " +
  "`# yaml-language-server: $schema=…/tcpcrypt.schema.json` as its first line, " +
  "with the path of [tcpcrypt.schema.json](tcpcrypt.schema.json).";

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
    [
      "tcpcrypt.md",
      referencePageOf(tcpcryptSettings, {
        title: "Settings of tcpcryptd",
        intro: tcpcryptIntro,
      }),
    ],
    [
      "tcpcrypt.schema.json",
      json(jsonSchemaOf(tcpcryptSettings, { title: "Countersign tcpcryptd" })),
    ],
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
    heading: "Reasons of the gateway",
    intro:
      "Why a visitor may not simply pass, in the order of the checks; gatewayd's log names them at debug level.",
    texts: reasonTexts,
  },
  {
    heading: "Requests that make no sense to the gateway",
    intro: "The answer is 400, whoever it is.",
    texts: badRequestTexts,
  },
  {
    heading: "Refusals of return addresses",
    intro: "Why the login server sends nobody to a `back` address, as the visitor reads it.",
    texts: returnRefusalTexts,
  },
  {
    heading: "Events of the audit log",
    intro: "The `event` of each line that the login server writes.",
    texts: auditEventTexts,
  },
  {
    heading: "Reasons in the audit log",
    intro: "The `reason` of an event that has one; for `failure` also the codes of `LoginError`.",
    texts: auditReasonTexts,
  },
  {
    heading: "Refusals in the administration of users",
    intro: "What `countersign users` answers.",
    texts: userRefusalTexts,
  },
  {
    heading: "Reasons for no encryption",
    intro: "Why TCP-ENO leaves a connection as it is (RFC 8547); its data go in the clear.",
    texts: disableReasonTexts,
  },
  {
    heading: "Aborts of tcpcrypt connections",
    intro:
      "Why an encrypted connection was reset (RFC 8548). None of them is an end of the peer's stream.",
    texts: abortReasonTexts,
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
  {
    heading: "`TcpcryptdError`",
    intro: "Why tcpcryptd does not start, or cannot be cleaned up after.",
    texts: tcpcryptdErrorTexts,
  },
  {
    heading: "`TcpcryptClientError`",
    intro: "Thrown by @countersign/tcpcrypt-client. That there is no session is no error.",
    texts: tcpcryptClientErrorTexts,
  },
  {
    heading: "`CommandError`",
    intro: "Why `countersign` cannot carry out a command; the exit code is 2.",
    texts: commandErrorTexts,
  },
];

function json(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
