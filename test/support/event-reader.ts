/** A reader of server-sent events, as a browser is one. */
export interface EventReader extends AsyncDisposable {
  /** Blocks as they came: the fields of each. */
  readonly events: { id: string; event: string; data: string }[];
  readonly status: number;
  readonly headers: Headers;
  /** Settled when the stream has ended. */
  readonly ended: Promise<void>;
  /** The events of the daemon among them. */
  told(): { type: string; data: Record<string, unknown> }[];
}

export async function readingEvents(url: string, headers: Record<string, string>): Promise<EventReader> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const events: EventReader['events'] = [];
  const read = async (): Promise<void> => {
    let rest = '';
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + piece).split('\n\n');
      rest = blocks.pop() ?? '';
      events.push(...blocks.map(blockOf));
    }
  };
  const ended = read().catch(() => undefined);
  return {
    ...{ events, status: response.status, headers: response.headers, ended },
    told: () => events.flatMap(({ event, data }) => (event === '' && data !== '' ? [JSON.parse(data)] : [])),
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await ended;
    },
  };
}

function blockOf(block: string): EventReader['events'][number] {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return { id: field('id'), event: field('event'), data: field('data') };
}
