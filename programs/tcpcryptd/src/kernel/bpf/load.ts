import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import type { LoadedEno, SystemCalls } from "../kernel.ts";
import { systemCalls } from "../system-calls.ts";
import { createLink, createMap, keysOf, loadProgram, remove, update } from "./bpf-calls.ts";
import { enoProgram } from "./eno-program.ts";
import { answer, claim, record, resumable, terms, writeTerms } from "./layout.ts";

/** Half-open connections that resume at the same time; the oldest are forgotten first. */
const claimEntries = 16_384;
const termsEntries = 1024;
/** The kernel makes room for so many at once, at 16 bytes each. */
const maxAnswers = 2 ** 20;

/**
 * Loads the program of TCP-ENO and attaches it to a control group (a folder of cgroup2). It ends
 * with the file descriptors: when all who have them are gone, nothing is left.
 *
 * Sockets that are made in the control group afterwards take part: those with an offer, and those
 * that listen. `answers` says how many resumptions can be kept.
 *
 * @throws {Error} The kernel refuses; for the program itself, with the end of the verifier's log.
 */
export function loadEno(
  cgroupFolder: string,
  { answers = 10_000 }: { readonly answers?: number } = {},
  calls: SystemCalls = systemCalls(),
): LoadedEno {
  const fds: number[] = [];
  const kept = (fd: number): number => {
    fds.push(fd);
    return fd;
  };
  const close = (): void => {
    // The link first: a program without its maps would be called no more.
    for (const fd of fds.splice(0).reverse()) calls.close(fd);
  };
  try {
    const maps = {
      storageFd: kept(createMap(calls, storageShape)),
      termsFd: kept(createMap(calls, { ...termsShape, entries: termsEntries })),
      answersFd: kept(
        createMap(calls, { ...answersShape, entries: Math.min(answers, maxAnswers) }),
      ),
      claimsFd: kept(createMap(calls, { ...claimsShape, entries: claimEntries })),
    };
    const nonceKey = randomBytes(8).readBigUInt64LE();
    const program = enoProgram({ ...maps, nonceKey });
    const programFd = kept(loadProgram(calls, program, "tcp_eno"));
    kept(attach(calls, programFd, cgroupFolder));
    return {
      storageFd: maps.storageFd,
      answersFd: maps.answersFd,
      instructions: program.length / 8,
      setPassiveTerms(localPort, given) {
        const key = new Uint8Array(terms.keyLength);
        new DataView(key.buffer).setUint32(0, localPort, true);
        update(calls, maps.termsFd, key, writeTerms(given));
      },
      forgetAnswers(localPort) {
        for (const key of keysOf(calls, maps.answersFd, resumable.length)) {
          const port = new DataView(key.buffer).getUint16(resumable.localPort, true);
          if (localPort === undefined || port === localPort) remove(calls, maps.answersFd, key);
        }
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

const storageShape = {
  type: "socket storage",
  name: "eno_sockets",
  keyLength: 4,
  valueLength: record.length,
} as const;

const termsShape = {
  type: "hash",
  name: "eno_terms",
  keyLength: terms.keyLength,
  valueLength: terms.length,
} as const;

const answersShape = {
  type: "hash",
  name: "eno_answers",
  keyLength: resumable.length,
  valueLength: answer.length,
} as const;

const claimsShape = {
  type: "least recently used",
  name: "eno_claims",
  keyLength: resumable.length,
  valueLength: claim.length,
} as const;

function attach(calls: SystemCalls, programFd: number, cgroupFolder: string): number {
  const cgroupFd = openSync(cgroupFolder, "r");
  try {
    return createLink(calls, programFd, cgroupFd);
  } finally {
    closeSync(cgroupFd);
  }
}
