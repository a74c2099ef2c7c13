/** How much is going on, for whoever watches. */
export interface LoadCounts {
  /** Open connections of web servers and visitors. */
  readonly connections: number;
  /** Requests that were answered with 503 because there were too many connections. */
  readonly refusedRequests: number;
  /** Connections that were not even heard. */
  readonly refusedConnections: number;
}

/** Nothing going on. Plain numbers: whoever has them counts them up and down. */
export function createLoad() {
  return { connections: 0, refusedRequests: 0, refusedConnections: 0 };
}

/** The same, for those who count. */
export type Load = ReturnType<typeof createLoad>;
