import { decode, type Instruction, wide, widthOf } from "./machine.ts";

const arithmetic: Readonly<Record<number, string>> = {
  0: "+=",
  16: "-=",
  32: "*=",
  64: "|=",
  80: "&=",
  96: "<<=",
  112: ">>=",
  160: "^=",
  176: "=",
};
const comparison: Readonly<Record<number, string>> = {
  16: "==",
  32: ">",
  48: ">=",
  64: "&",
  80: "!=",
  160: "<",
  176: "<=",
  192: "s<",
};

/** A program as text, an instruction in each line, in the manner of bpftool. */
export function disassemble(program: Uint8Array): readonly string[] {
  const instructions = decode(program);
  const lines: string[] = [];
  for (let index = 0; index < instructions.length; index += 1) {
    const now = instructions[index];
    if (now === undefined) break;
    const text = now.operation === 0x18 ? wideText(now, instructions[++index]) : textOf(now);
    lines.push(text);
  }
  return lines;
}

function wideText(now: Instruction, second: Instruction | undefined): string {
  if (now.source === 1) return `r${now.destination} = map[${now.immediate}]`;
  return `r${now.destination} = 0x${wide(now, second).toString(16)} ll`;
}

function textOf(now: Instruction): string {
  const { operation, destination, source, offset, immediate } = now;
  const place = (register: number) =>
    `*(u${8 * widthOf(operation)} *)(r${register} ${signed(offset)})`;
  const right = (operation & 0x08) === 0 ? String(immediate) : `r${source}`;
  switch (operation & 0x07) {
    case 0x07:
      return `r${destination} ${arithmetic[operation & 0xf0]} ${right}`;
    case 0x01:
      return `r${destination} = ${place(source)}`;
    case 0x02:
      return `${place(destination)} = ${immediate}`;
    case 0x03:
      return `${place(destination)} = r${source}`;
    default:
      return jumpText(now, right);
  }
}

function jumpText(now: Instruction, right: string): string {
  const { operation, destination, source, offset, immediate } = now;
  if (operation === 0x95) return "exit";
  if (operation === 0x85) return source === 1 ? `call pc${signed(immediate)}` : `call ${immediate}`;
  if (operation === 0x05) return `goto ${signed(offset)}`;
  return `if r${destination} ${comparison[operation & 0xf0]} ${right} goto ${signed(offset)}`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
