import { useState } from 'react';
import { request } from '../lib/api.ts';
import { useApiDocument } from '../lib/openapi.ts';
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
      <CatalogueLink />
    </div>
  );
}

/** In a list of deliveries. */
export function DeliveryPart({ thing: { id, state } }: SpecialProps) {
  if (state === 'delivered') return null;
  return <Order text="Try again" address={`/v1.0/deliveries/${id}/retry`} changes={['/v1.0/deliveries']} />;
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
      <dl className="fields">
        {Object.entries(data.properties ?? {}).map(([name, field]) => (
          <div key={name} className="pair">
            <dt className="mono">{name}</dt>
            <dd>{resolve(field, document.components.schemas).description}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
