import { useMemo } from 'react';
import type { Problem } from '../lib/api.ts';
import { type ApiDocument, useApiDocument } from '../lib/openapi.ts';
import type { Schema } from '../lib/schema.ts';
import type { Catalogue, Items } from './model.ts';
import type { Settings } from './stored-flow.ts';

/** What is being edited. */
export interface Draft {
  readonly name: string;
  readonly items: Items;
  readonly settings: Settings;
}

/** Every type of action with its schema, in the order of the API's description. */
export function catalogueOf(document: ApiDocument): Catalogue {
  const { schemas } = document.components;
  const found = (schemas.Action?.oneOf ?? []).flatMap(({ $ref }) => {
    const schema = schemas[$ref?.split('/').at(-1) ?? ''];
    const type = schema?.properties?.type?.const;
    return schema && typeof type === 'string' ? [[type, schema] as const] : [];
  });
  return new Map(found);
}

const none: ReadonlyMap<string, Schema> = new Map();

export function useCatalogue(): Catalogue {
  const { data } = useApiDocument();
  return useMemo(() => (data ? catalogueOf(data) : none), [data]);
}

/** What is wrong with each action of the list, by its index, with the paths inside it. */
export function problemsByAction(problems: readonly Problem[]): ReadonlyMap<number, readonly Problem[]> {
  const all = new Map<number, Problem[]>();
  for (const { path, message } of problems) {
    const [, index, rest = ''] = /^actions\[(\d+)\](?:\.(.*))?$/.exec(path) ?? [];
    if (index === undefined) continue;
    const own = all.get(Number(index)) ?? [];
    all.set(Number(index), [...own, { path: rest, message }]);
  }
  return all;
}
