import { getSystemErrorName } from "node:util";
import type { Family, SocketOptions, SystemCallFailure, SystemCalls } from "./kernel.ts";
import { bpfNumbers, type Libc, loadLibc } from "./libc.ts";
import {
  addressLength,
  readSocketAddress,
  type SocketAddress,
  socketAddressLength,
  writeSocketAddress,
} from "./socket-address.ts";

let made: SystemCalls | undefined;

/**
 * System calls that Node lacks; koffi is loaded when this is first called.
 *
 * @throws {Error} not Linux on x64 or arm64, or koffi's binary is not installed
 */
export function systemCalls(): SystemCalls {
  made ??= createSystemCalls(loadLibc());
  return made;
}

const inetFamily = { 4: 2, 6: 10 } as const;
const netlinkFamily = 16;
const streamSocket = 1;
const rawSocket = 3;
const closeOnExec = 0o2000000;
const nonBlocking = 0o4000;
const errnoAgain = 11;

/** Level and name of each socket option, as getsockopt(2) wants them. */
const option = {
  reuseAddress: [1, 2],
  outOfBandInline: [1, 10],
  receiveBuffer: [1, 8],
  linger: [1, 13],
  peerCredentials: [1, 17],
  peerGroups: [1, 59],
  receiveBufferForce: [1, 33],
  mark: [1, 36],
  tcpInformation: [6, 11],
  transparent4: [0, 19],
  transparent6: [41, 75],
  originalDestination4: [0, 80],
  originalDestination6: [41, 80],
  cork: [6, 3],
  ipv6Only: [41, 26],
  // IPv6 sockets take it too.
  bindAddressNoPort: [0, 24],
  // Without it a full receive buffer ends in ENOBUFS, and what a kernel sends is lost either way.
  netlinkNoBufferError: [270, 5],
} as const;
type OptionName = (typeof option)[keyof typeof option];

/** NGROUPS_MAX: of more groups nobody can be. */
const maxGroups = 65_536;
const setDumpable = 4;
const limitCore = 4;
const pollIn = 1;

function createSystemCalls(libc: Libc): SystemCalls {
  const calls: SystemCalls = {
    tcpSocket(options) {
      const type = streamSocket | closeOnExec | nonBlocking;
      const fd = checked("socket", libc.socket(inetFamily[options.family], type, 0));
      return closedOnFailure(fd, () => prepare(fd, options));
    },

    boundPort(fd) {
      const address = new Uint8Array(socketAddressLength[6]);
      checked("getsockname", libc.getsockname(fd, address, int(address.length)));
      return readSocketAddress(address).port;
    },

    originalDestination(fd, family) {
      const name = family === 4 ? option.originalDestination4 : option.originalDestination6;
      return presented(readSocketAddress(read(fd, name, socketAddressLength[family])));
    },

    markOf: (fd) => view(read(fd, option.mark, 4)).getUint32(0, true),

    // ESTABLISHED, FIN_WAIT1 and FIN_WAIT2: in all other states its FIN or its reset has come.
    peerStays: (fd) => [1, 4, 5].includes(read(fd, option.tcpInformation, 1)[0] ?? 0),

    resetOnClose(fd, on) {
      // struct linger: whether, and for how many seconds; none means a reset.
      const linger = new Uint8Array(8);
      linger[0] = on ? 1 : 0;
      set(fd, option.linger, linger);
    },

    waitForFullSegments: (fd) => set(fd, option.cork, int(1)),

    peerCredentials(fd) {
      const credentials = view(read(fd, option.peerCredentials, 12));
      return {
        pid: credentials.getUint32(0, true),
        uid: credentials.getUint32(4, true),
        gid: credentials.getUint32(8, true),
      };
    },

    peerGroups(fd) {
      const groups = new Uint8Array(4 * maxGroups);
      const length = int(groups.length);
      const [level, name] = option.peerGroups;
      checked("getsockopt", libc.getsockopt(fd, level, name, groups, length));
      const count = view(length).getUint32(0, true) / 4;
      return Array.from({ length: count }, (_, index) => view(groups).getUint32(4 * index, true));
    },

    netlinkSocket(protocol, receiveBufferBytes) {
      const type = rawSocket | closeOnExec | nonBlocking;
      const fd = checked("socket", libc.socket(netlinkFamily, type, protocol));
      return closedOnFailure(fd, () => {
        const address = new Uint8Array(12);
        view(address).setUint16(0, netlinkFamily, true);
        checked("bind", libc.bind(fd, address, address.length));
        set(fd, option.netlinkNoBufferError, int(1));
        if (receiveBufferBytes !== undefined) enlargeReceiveBuffer(fd, receiveBufferBytes);
      });
    },

    send(fd, message) {
      checked("send", libc.send(fd, message, message.length, 0));
    },

    receive(fd, buffer) {
      const length = libc.recv(fd, buffer, buffer.length, 0);
      if (length < 0 && libc.errno() === errnoAgain) return undefined;
      return checked("recv", length);
    },

    waitReadable(fd, milliseconds) {
      // struct pollfd: fd, wanted events, events that happened.
      const polled = new Uint8Array(8);
      view(polled).setInt32(0, fd, true);
      view(polled).setInt16(4, pollIn, true);
      return new Promise((resolve, reject) => {
        libc.poll.async(polled, 1, milliseconds, (failure, ready) => {
          if (failure !== null) reject(failure);
          // A signal ends poll(2) early (ready < 0); the caller looks and waits again.
          else resolve(ready > 0 || view(polled).getInt16(6, true) !== 0);
        });
      });
    },

    close(fd) {
      checked("close", libc.close(fd));
    },

    neverDump() {
      checked("prctl", libc.prctl(setDumpable, 0, 0, 0, 0));
      checked("setrlimit", libc.setrlimit(limitCore, new Uint8Array(16)));
    },

    bpf(command, attr) {
      const number = bpfNumbers[process.arch] ?? 0;
      return checked("bpf", libc.syscall(number, command, attr, attr.length));
    },

    addressOf: (buffer) => libc.address(buffer),
  };
  return calls;

  function prepare(fd: number, options: SocketOptions): void {
    const { family, mark, transparent, source, bind, backlog } = options;
    set(fd, option.outOfBandInline, int(1));
    if (family === 6) set(fd, option.ipv6Only, int(1));
    if (mark !== undefined) set(fd, option.mark, int(mark));
    if (transparent) set(fd, family === 4 ? option.transparent4 : option.transparent6, int(1));
    if (source !== undefined) {
      set(fd, option.bindAddressNoPort, int(1));
      bindTo(fd, family, { address: source, port: 0 });
    }
    if (bind !== undefined) {
      set(fd, option.reuseAddress, int(1));
      bindTo(fd, family, bind);
    }
    if (backlog !== undefined) checked("listen", libc.listen(fd, backlog));
  }

  function bindTo(fd: number, family: Family, end: { address: string; port: number }): void {
    const address = socketAddress(family, end);
    checked("bind", libc.bind(fd, address, address.length));
  }

  /** Root may go beyond net.core.rmem_max; others get as much as that. */
  function enlargeReceiveBuffer(fd: number, bytes: number): void {
    const [level, name] = option.receiveBufferForce;
    if (libc.setsockopt(fd, level, name, int(bytes), 4) < 0) {
      set(fd, option.receiveBuffer, int(bytes));
    }
  }

  function set(fd: number, [level, name]: OptionName, value: Uint8Array): void {
    checked("setsockopt", libc.setsockopt(fd, level, name, value, value.length));
  }

  function read(fd: number, [level, name]: OptionName, length: number): Uint8Array {
    const value = new Uint8Array(length);
    checked("getsockopt", libc.getsockopt(fd, level, name, value, int(length)));
    return value;
  }

  function socketAddress(family: Family, end: { address: string; port: number }): Uint8Array {
    const address = new Uint8Array(addressLength[family]);
    if (libc.inet_pton(inetFamily[family], end.address, address) !== 1) {
      throw new RangeError(`bind: not an IPv${family} address: ${end.address}`);
    }
    return writeSocketAddress({ family, address, port: end.port });
  }

  function presented({ family, address, port }: SocketAddress): { address: string; port: number } {
    const text = new Uint8Array(46);
    if (libc.inet_ntop(inetFamily[family], address, text, text.length) === null) {
      throw failure("inet_ntop");
    }
    return { address: new TextDecoder().decode(text.subarray(0, text.indexOf(0))), port };
  }

  function closedOnFailure(fd: number, prepare: () => void): number {
    try {
      prepare();
      return fd;
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  function checked(call: string, result: number): number {
    if (result < 0) throw failure(call);
    return result;
  }

  function failure(call: string): SystemCallFailure {
    const code = getSystemErrorName(-libc.errno());
    return Object.assign(new Error(`${call}: ${code}`), { call, code });
  }
}

function int(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  view(bytes).setUint32(0, value, true);
  return bytes;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
