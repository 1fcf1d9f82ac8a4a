import * as z from 'zod';
import { wireTime } from '../core/clock.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { ResourceStore } from '../storage/store.ts';
import type { Api } from './api.ts';
import { unlessPointedTo } from './pointed-to.ts';
import { notFound } from './problems.ts';
import { answers, idParams, listOf, listRequest, noBody, pageQuery, searchIn, span } from './shapes.ts';

/** Records of one kind, under one path. */
export interface Records<R, S> {
  /** `flows` */
  readonly path: string;
  /** `flow` */
  readonly what: string;
  readonly store: Pick<ResourceStore<R>, 'get'> & {
    delete(id: string, time: string, deletion: { readonly isForced: boolean }): Promise<R | undefined>;
  };
  /** The schema of what answers show. */
  readonly shown: z.ZodType<S>;
  readonly show: (record: R) => S | Promise<S>;
  /** The `ETag` of what is shown; none where this is missing. */
  readonly tag?: (record: R) => string;
  /** Called with what was deleted. */
  readonly onDelete?: (record: R) => Promise<void> | void;
}

/** Those that users create, change and delete. */
export interface Collection<R, S> extends Records<R, S> {
  readonly store: Records<R, S>['store'] & Pick<ResourceStore<R>, 'list'>;
  /** Where a search looks; there is none where this is missing. */
  readonly searched?: string;
  /** By what else the list is narrowed: columns of the store. */
  readonly narrowedBy?: Readonly<Record<string, z.ZodType<string | undefined>>>;
}

const deletion = z.strictObject({
  force: z
    .enum(['true', 'false'])
    .default('false')
    .meta({
      description: '`true`: also where something points to it, and then points nowhere',
      examples: ['true'],
    }),
});

/** What begins at some time, under one path. */
export interface List<S, Q extends z.ZodRawShape> {
  /** `queuecalls` */
  readonly path: string;
  /** What they are, in the plural; that of the path where missing. */
  readonly what?: string;
  readonly shown: z.ZodType<S>;
  /** By what it is narrowed, besides when they began. */
  readonly narrowedBy: Q;
  readonly list: (page: PageRequest, filter: ListFilter<Q>) => Promise<Page<S>>;
}

type ListFilter<Q extends z.ZodRawShape> = Omit<
  z.output<z.ZodObject<typeof span & Q>>,
  keyof typeof pageQuery.shape
>;

/** A list, newest first, a page at a time. */
export function listRoute<S, const Q extends z.ZodRawShape>(
  api: Api,
  { path, what = path, shown, narrowedBy, list }: List<S, Q>,
): void {
  const query = z.strictObject({ ...pageQuery.shape, ...span, ...narrowedBy });
  api.get(
    `/${path}`,
    {
      schema: {
        tags: [path],
        operationId: `list${capital(path)}`,
        summary: `List ${what}, newest first`,
        querystring: query,
        response: answers(listOf(shown)),
      },
    },
    async ({ query: asked }) => {
      const [page, filter] = listRequest(asked as z.output<typeof pageQuery>);
      const { result, next } = await list(page, filter as ListFilter<Q>);
      return { result: [...result], next_page_token: next };
    },
  );
}

/** List, get and delete: the same for all. What creating and changing mean is each resource's own. */
export function collectionRoutes<R, S extends object>(api: Api, collection: Collection<R, S>): void {
  const { path, store, shown, show, searched, narrowedBy }: Collection<R, S> = collection;
  const search = searched === undefined ? {} : { search: searchIn(searched) };
  listRoute(api, {
    path,
    shown,
    narrowedBy: { ...narrowedBy, ...search },
    list: async (page, filter) => {
      const { result, next } = await store.list(page, filter);
      return { result: await Promise.all(result.map(show)), next };
    },
  });
  recordRoutes(api, collection);
}

/** Get and delete, for a list with filters of its own. */
export function recordRoutes<R, S extends object>(api: Api, records: Records<R, S>): void {
  const { path, what, store, shown, show, tag, onDelete }: Records<R, object> = records;
  const tags = [path];

  api.get(
    `/${path}/:id`,
    {
      schema: {
        tags,
        operationId: `get${capital(what)}`,
        summary: `Get a ${what}`,
        params: idParams,
        response: answers(shown),
      },
    },
    async ({ params }, reply) => {
      const record = found(await store.get(params.id), what);
      if (tag) reply.header('etag', tag(record));
      return show(record);
    },
  );

  api.delete(
    `/${path}/:id`,
    {
      schema: {
        tags,
        operationId: `delete${capital(what)}`,
        summary: `Delete a ${what}`,
        params: idParams,
        querystring: deletion,
        body: noBody,
        response: answers(shown),
      },
    },
    async ({ params, query }) => {
      const deleting = store.delete(params.id, wireTime(), { isForced: query.force === 'true' });
      const deleted = found(await unlessPointedTo(what, deleting), what);
      await onDelete?.(deleted);
      return show(deleted);
    },
  );
}

/** `flow` → `Flow`, as the operations are called. */
export function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

/** @throws AriflowError `NOT_FOUND` */
export function found<R>(record: R | undefined, what: string): R {
  if (record === undefined) throw notFound(what);
  return record;
}
