import { perlScript } from "../kit/ticket-scripts.ts";
import { testScript } from "./scripts.ts";

testScript("Perl", perlScript);
