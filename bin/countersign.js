#!/usr/bin/env node
// The launcher: plain JavaScript, so that it also starts on a Node too old for the sources.
import { installDependencies, orExplain, root, runScript } from "../scripts/setup.js";

orExplain(() => {
  installDependencies();
  runScript(`${root}programs/cli/src/main.ts`, process.argv.slice(2));
});
