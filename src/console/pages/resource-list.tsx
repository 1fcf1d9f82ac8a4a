import { useDeferredValue, useState } from 'react';
import { bodyOf, operationOf, useApiDocument } from '../lib/openapi.ts';
import { resourceOf } from '../lib/resources.ts';
import { Empty, Heading, Waiting, Wrong } from '../parts/bits.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { ExportLinks } from './export-links.tsx';
import { askedBy, Filters, type Written } from './filters.tsx';
import { listActionsOf, wallOf } from './special.tsx';

/** All of a kind: searched and narrowed as the API can. */
export function ResourceList({ kind }: { readonly kind: string }) {
  const resource = resourceOf(kind);
  const { data: document, error } = useApiDocument();
  const [filters, setFilters] = useState<Written>({});
  const written = useDeferredValue(filters);
  if (!resource) return <Empty>There is no such page.</Empty>;
  if (error) return <Wrong error={error} />;
  if (!document) return <Waiting />;

  const path = `/v1.0/${kind}`;
  const { parameters = [] } = operationOf(document, 'get', path) ?? {};
  const offered = parameters.filter(({ in: place }) => place === 'query');
  const asked = askedBy(offered, written);
  const Actions = listActionsOf(kind);
  const Wall = wallOf(kind);
  return (
    <>
      <Heading title={resource.title}>
        {Actions && <Actions />}
        <ExportLinks document={document} path={path} parameters={asked} />
        {kind !== 'calls' && bodyOf(document, 'post', path) && (
          <a className="button primary" href={`#/${kind}/new`}>
            New {resource.one}
          </a>
        )}
      </Heading>
      {Wall && <Wall />}
      <Filters offered={offered} written={filters} onChange={setFilters} />
      <PagedList resource={resource} parameters={asked} />
    </>
  );
}
