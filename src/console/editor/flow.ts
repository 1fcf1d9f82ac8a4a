import { useMemo } from 'react';
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
