import { useState } from 'react';
import { request } from '../lib/api.ts';
import { label } from '../lib/format.ts';
import { type ApiDocument, bodyOf, operationOf, useApiDocument } from '../lib/openapi.ts';
import { changed, useThing } from '../lib/queries.ts';
import { nameOf, type Resource, resourceOf } from '../lib/resources.ts';
import { goUnasked } from '../lib/router.ts';
import { Empty, Fold, Heading, Waiting, Wrong, WrongPage } from '../parts/bits.tsx';
import { confirmed } from '../parts/dialog.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { ResourceForm } from '../parts/resource-form.tsx';
import { attempt } from '../parts/toasts.tsx';
import { WholeValue } from '../parts/value.tsx';
import { specialOf } from './special.tsx';

type Thing = Readonly<Record<string, unknown>> & { readonly id: string };

/** One of a kind: shown, changed, deleted; or, with the id `new`, made. */
export function ResourcePage({ kind, id }: { readonly kind: string; readonly id: string }) {
  const resource = resourceOf(kind);
  const { data: document, error } = useApiDocument();
  if (!resource) return <Empty>There is no such page.</Empty>;
  if (error) return <Wrong error={error} />;
  if (!document) return <Waiting />;
  return id === 'new' ? (
    <NewThing resource={resource} document={document} />
  ) : (
    <OneThing resource={resource} document={document} id={id} />
  );
}

interface PartProps {
  readonly resource: Resource;
  readonly document: ApiDocument;
}

function NewThing({ resource, document }: PartProps) {
  const path = `/v1.0/${resource.path}`;
  const [made, setMade] = useState<Thing>();
  const schema = bodyOf(document, 'post', path);
  if (made) return <Made resource={resource} thing={made} />;
  if (!schema) return <Empty>These come by themselves.</Empty>;
  return (
    <>
      <Heading title={`New ${resource.one}`} above={<a href={`#/${resource.path}`}>{resource.title}</a>} />
      <ResourceForm
        schema={schema}
        components={document.components.schemas}
        value={{}}
        submit={resource.make ?? 'Create'}
        onSubmit={async (value) => {
          const thing = await request<Thing>('POST', path, value);
          changed(path);
          if (secretsOf(thing).length > 0) setMade(thing);
          else goUnasked(`/${resource.path}/${thing.id}`);
        }}
      />
    </>
  );
}

/** What an answer shows this once only. */
function secretsOf(thing: Thing): readonly string[] {
  return ['secret', 'token', 'password'].filter((key) => typeof thing[key] === 'string' && thing[key] !== '');
}

function Made({ resource, thing }: { readonly resource: Resource; readonly thing: Thing }) {
  return (
    <>
      <Heading
        title={`${nameOf(resource.path, thing)} is there`}
        above={<a href={`#/${resource.path}`}>{resource.title}</a>}
      />
      <div className="card">
        <p>This is shown once. Keep it now.</p>
        {secretsOf(thing).map((key) => (
          <label key={key}>
            {label(key)}
            <input
              className="mono"
              readOnly
              value={String(thing[key])}
              onFocus={({ target }) => target.select()}
            />
          </label>
        ))}
      </div>
      <a className="button primary" href={`#/${resource.path}/${thing.id}`}>
        Go on
      </a>
    </>
  );
}

function OneThing({ resource, document, id }: PartProps & { readonly id: string }) {
  const path = `/v1.0/${resource.path}`;
  const { data: thing, error } = useThing<Thing>(path, id);
  const [isChanging, setIsChanging] = useState(false);
  const above = <a href={`#/${resource.path}`}>{resource.title}</a>;
  if (error) return <WrongPage title={label(resource.one)} above={above} error={error} />;
  if (!thing) return <Waiting />;
  const schema = bodyOf(document, 'put', `${path}/{id}`);
  const Special = specialOf(resource.path);
  const remove = async (): Promise<void> => {
    const isSure = await confirmed({
      title: `Delete ${nameOf(resource.path, thing)}?`,
      text: 'This cannot be undone.',
      yes: 'Delete',
    });
    if (!isSure || !(await attempt(() => request('DELETE', `${path}/${id}`, {}), 'It is deleted.'))) return;
    changed(path);
    goUnasked(`/${resource.path}`);
  };
  return (
    <>
      <Heading title={nameOf(resource.path, thing)} above={above}>
        {schema && !isChanging && (
          <button type="button" onClick={() => setIsChanging(true)}>
            Change
          </button>
        )}
        {operationOf(document, 'delete', `${path}/{id}`) && (
          <button type="button" className="danger" onClick={() => void remove()}>
            Delete
          </button>
        )}
      </Heading>
      {Special && !isChanging && <Special thing={thing} />}
      {isChanging && schema ? (
        <ResourceForm
          schema={schema}
          components={document.components.schemas}
          value={thing}
          submit="Save changes"
          onCancel={() => setIsChanging(false)}
          onSubmit={async (value) => {
            await request('PUT', `${path}/${id}`, value);
            changed(path);
            setIsChanging(false);
          }}
        />
      ) : (
        <Fold title="What it is">
          <Shown thing={thing} />
        </Fold>
      )}
      {resource.lists?.map((list) => {
        const other = resourceOf(list.path);
        return (
          other && (
            <section key={list.path}>
              <h2>{other.title}</h2>
              <PagedList resource={other} parameters={{ [list.by]: id }} />
            </section>
          )
        );
      })}
    </>
  );
}

function Shown({ thing }: { readonly thing: Thing }) {
  return (
    <dl className="fields">
      {Object.keys(thing)
        .filter((name) => !/^(customer_id|tm_delete)$/.test(name))
        .map((name) => (
          <div key={name} className="pair">
            <dt>{label(name)}</dt>
            <dd>
              <WholeValue name={name} thing={thing} />
            </dd>
          </div>
        ))}
    </dl>
  );
}
