interface TestEvent {
  readonly type: string;
  readonly data: { readonly file?: string; readonly counts?: unknown };
}

/** A reporter for `node --test` that writes one line of JSON: the counts of the whole run. */
export default async function* countReporter(
  events: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type === "test:summary" && data.file === undefined) yield JSON.stringify(data.counts);
  }
}
