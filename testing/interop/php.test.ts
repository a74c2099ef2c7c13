import { phpScript } from "../kit/ticket-scripts.ts";
import { testScript } from "./scripts.ts";

testScript("PHP", phpScript);
