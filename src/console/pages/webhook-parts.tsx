import { useState } from 'react';
import { request } from '../lib/api.ts';
import { useApiDocument } from '../lib/openapi.ts';
import { changed } from '../lib/queries.ts';
import { resolve } from '../lib/schema.ts';
import { Scroll, Waiting } from '../parts/bits.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Order } from '../parts/order.tsx';
import { attempt, say } from '../parts/toasts.tsx';
import type { SpecialProps } from './special-props.ts';

interface Test {
  readonly delivered: boolean;
  readonly http_status: number;
  readonly error: string;
  readonly duration: number;
}

export function WebhookPart({ thing: { id } }: SpecialProps) {
  const test = async (): Promise<void> => {
    await attempt(async () => {
      const { delivered, http_status, error, duration } = await request<Test>(
        'POST',
        `/v1.0/webhooks/${id}/test`,
        {},
      );
      const answer = http_status === 0 ? error : `HTTP ${http_status}`;
      say(
        `${delivered ? 'Delivered' : 'Not delivered'}: ${answer}, ${duration} ms`,
        delivered ? 'good' : 'bad',
      );
    });
  };
  return (
    <div className="buttons card">
      <button type="button" onClick={() => void test()}>
        Send a test event
      </button>
      <Recover id={id} />
      <CatalogueLink />
    </div>
  );
}

interface Recovery {
  readonly recovered: number;
  readonly hastened: number;
  readonly has_more: boolean;
}

/** Delivers again what the endpoint has missed, since a time that is asked for. */
function Recover({ id }: { readonly id: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const [since, setSince] = useState('');
  const recover = async (): Promise<void> => {
    const isDone = await attempt(async () => {
      const body = { since: new Date(since).toISOString().slice(0, 19).replace('T', ' ') };
      const answer = await request<Recovery>('POST', `/v1.0/webhooks/${id}/recover`, body);
      say(recoveryText(answer));
    });
    changed('/v1.0/deliveries');
    if (isDone) setIsOpen(false);
  };
  const open = (): void => {
    setSince(localText(new Date(Date.now() - day)));
    setIsOpen(true);
  };
  return (
    <>
      <button type="button" onClick={open}>
        Recover …
      </button>
      {isOpen && (
        <Dialog title="Deliver again what was missed" onClose={() => setIsOpen(false)}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void recover();
            }}
          >
            <p className="hint">
              What was given up since then is delivered again in its order, and what waits for another try is
              tried now.
            </p>
            <label>
              Since
              <input
                type="datetime-local"
                required
                value={since}
                onChange={({ target }) => setSince(target.value)}
              />
            </label>
            <div className="buttons">
              <button type="button" onClick={() => setIsOpen(false)}>
                Cancel
              </button>
              <button type="submit" className="primary">
                Recover
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}

const day = 86_400_000;

/** As a field for a time has it, by the clock of whoever looks. */
function localText(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

function recoveryText({ recovered, hastened, has_more }: Recovery): string {
  if (recovered + hastened === 0) return 'Nothing was missed.';
  const more = has_more ? ' There is more: ask again.' : '';
  return `${recovered} delivered again, ${hastened} tried at once.${more}`;
}

/** In a list of deliveries. */
export function DeliveryPart({ thing: { id, state } }: SpecialProps) {
  if (state === 'delivered') return null;
  return (
    <div className="buttons small">
      <Order text="Try again" address={`/v1.0/deliveries/${id}/retry`} changes={['/v1.0/deliveries']} />
    </div>
  );
}

export function CatalogueLink() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setIsOpen(true)}>
        Event catalogue
      </button>
      {isOpen && (
        <Dialog title="Events" isWide onClose={() => setIsOpen(false)}>
          <Catalogue />
        </Dialog>
      )}
    </>
  );
}

/** Every event there is, with an example and its schema. */
function Catalogue() {
  const { data: document } = useApiDocument();
  const [chosen, setChosen] = useState('call_created');
  if (!document) return <Waiting />;
  const { post } = document.webhooks?.[chosen] ?? {};
  const schema = post?.requestBody?.content?.['application/json']?.schema ?? {};
  const data = resolve(schema.properties?.data ?? {}, document.components.schemas);
  return (
    <>
      <label>
        Event
        <select value={chosen} onChange={({ target }) => setChosen(target.value)}>
          {Object.keys(document.webhooks ?? {}).map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </label>
      <h3>Example</h3>
      <Scroll name="Example">
        <pre>{JSON.stringify(schema.examples?.[0], null, 2)}</pre>
      </Scroll>
      <h3>Fields of data</h3>
      <dl className="fields catalogue-fields">
        {Object.entries(data.properties ?? {}).map(([name, field]) => (
          <div key={name} className="pair">
            <dt className="mono">{name}</dt>
            <dd>{resolve(field, document.components.schemas).description}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>Schema</summary>
        <Scroll name="Schema">
          <pre>
            {JSON.stringify(
              { ...schema, examples: undefined, properties: { ...schema.properties, data } },
              null,
              2,
            )}
          </pre>
        </Scroll>
      </details>
    </>
  );
}
