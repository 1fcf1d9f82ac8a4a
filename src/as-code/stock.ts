import * as z from 'zod';
import type { Kind } from './kinds.ts';
import type { Fields } from './values.ts';

/** The daemon's REST API. Paths begin with `/`; every method rejects with an Error that says what to do. */
export interface Daemon {
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
  /** Rejects with a `Refusal` where the daemon has answered. */
  delete(path: string): Promise<unknown>;
  /** A file as the body. */
  upload(method: 'POST' | 'PUT', path: string, body: Uint8Array): Promise<unknown>;
  download(path: string): Promise<Uint8Array>;
}

const record = z.looseObject({ id: z.string() });
const page = z.object({ result: z.array(record), next_page_token: z.string() });

export type Stored = Fields & { readonly id: string };

/**
 * All that the daemon has of a kind, the oldest first. Conferences that are over are not there any more, and what its configuration says
 * is for no other files.
 */
export async function stockOf(daemon: Daemon, kind: Kind): Promise<readonly Stored[]> {
  const found: Stored[] = [];
  let token = '';
  do {
    const query = new URLSearchParams({ page_size: '100', ...(token && { page_token: token }) });
    const answer = page.parse(await daemon.get(`/v1.0/${kind.folder}?${query}`));
    found.push(...answer.result);
    token = answer.next_page_token;
  } while (token !== '');
  return found.filter(({ status, configured }) => status !== 'terminated' && configured !== true).reverse();
}

const property = z.looseObject({ readOnly: z.boolean().optional(), default: z.unknown().optional() });
const body = z.object({
  requestBody: z.object({
    content: z.object({
      'application/json': z.object({ schema: z.object({ properties: z.record(z.string(), property) }) }),
    }),
  }),
});
const document = z.object({
  paths: z.record(z.string(), z.object({ post: z.unknown(), put: z.unknown() }).partial()),
});

/** What of a kind is for users to say. */
export interface Shape {
  /** When it is made, and what it is where it is not said. */
  readonly creation: ReadonlyMap<string, unknown>;
  /** What can be changed later. */
  readonly change: ReadonlySet<string>;
  /** What answers show and nobody says: where a file has it, it is dropped. */
  readonly readOnly: ReadonlySet<string>;
}

/** As the daemon's own document says; an older one does not know every kind. */
export async function shapesOf(daemon: Daemon, wanted: readonly Kind[]): Promise<ReadonlyMap<Kind, Shape>> {
  const { paths } = document.parse(await daemon.get('/openapi.json'));
  return new Map(
    wanted.flatMap((kind) => {
      const creation = propertiesOf(paths[`/v1.0/${kind.folder}`]?.post);
      const change = propertiesOf(paths[`/v1.0/${kind.folder}/{id}`]?.put);
      if (!creation || !change) return [];
      const said = creation.filter(([, { readOnly }]) => !readOnly);
      const changed = change.filter(([, { readOnly }]) => !readOnly);
      const shape: Shape = {
        creation: new Map(said.map(([key, { default: usual }]) => [key, usual])),
        change: new Set(changed.map(([key]) => key)),
        readOnly: new Set(creation.filter((each) => !said.includes(each)).map(([key]) => key)),
      };
      return [[kind, shape] as const];
    }),
  );
}

function propertiesOf(operation: unknown): [string, z.output<typeof property>][] | undefined {
  const found = body.safeParse(operation).data;
  return found && Object.entries(found.requestBody.content['application/json'].schema.properties);
}
