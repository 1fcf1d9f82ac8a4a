import { useId } from 'react';
import { label } from '../lib/format.ts';
import { useNewest } from '../lib/queries.ts';
import { nameOf } from '../lib/resources.ts';
import { type FieldProps, Notes } from './field.tsx';
import { NotConfigured } from './not-configured.tsx';

interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly uri: string;
  readonly is_default: boolean;
}

/** In milliseconds: whoever has configured it meanwhile need not come again. */
const pace = 5_000;

/** Whether the default webhook is told of the end: there is nothing to be switched on while there is none. */
export function EndWebhookField(field: FieldProps) {
  const { name, form, value, onChange } = field;
  const id = useId();
  const { data } = useNewest<Webhook>('/v1.0/webhooks', '', { refetch: pace });
  const webhook = data?.result.find(({ is_default }) => is_default);
  const isThere = webhook !== undefined || (data !== undefined && data.next_page_token !== '');
  const isOn = (value ?? form.fallback ?? false) === true;
  return (
    <div className="field check">
      <input
        id={id}
        type="checkbox"
        checked={isOn}
        disabled={!isThere && !isOn}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => onChange(target.checked)}
      />
      <label htmlFor={id}>{label(name)}</label>
      <Notes field={field} id={id} />
      {webhook && (
        <p className="hint">
          It goes to{' '}
          <a href={`#/webhooks/${webhook.id}`} target="_blank" rel="noopener">
            {nameOf('webhooks', { ...webhook })}
          </a>
          .
        </p>
      )}
      {data && !isThere && <NotConfigured of="webhooks" />}
    </div>
  );
}
