import { actionTitle, label } from '../lib/format.ts';
import { useThing } from '../lib/queries.ts';
import { Waiting, Wrong } from '../parts/bits.tsx';
import { type ChangedField, differenceOf } from './difference.ts';
import { type Flow, path } from './stored-flow.ts';

interface DifferenceViewProps {
  readonly flowId: string;
  readonly before: number;
  readonly after: number;
}

/** What has changed from one revision to another one, action by action. */
export function DifferenceView({ flowId, before, after }: DifferenceViewProps) {
  const revisions = `${path}/${flowId}/revisions`;
  const { data: old, error: oldError } = useThing<Flow>(revisions, String(before));
  const { data: now, error: nowError } = useThing<Flow>(revisions, String(after));
  const error = oldError ?? nowError;
  if (error) return <Wrong error={error} />;
  if (!old || !now) return <Waiting />;
  const { fields, actions } = differenceOf(old, now);
  return (
    <section className="difference" aria-label={`From revision ${before} to ${after}`}>
      {fields.length === 0 && actions.length === 0 && <p className="empty">They are the same.</p>}
      {fields.length > 0 && (
        <article>
          <h3>The flow</h3>
          <Fields fields={fields} />
        </article>
      )}
      {actions.map(({ how, id, type, fields: own }) => (
        <article key={`${how} ${id}`} className={how}>
          <h3>
            <span className="how">{how}</span> {actionTitle(type)} <small>{id}</small>
          </h3>
          {own.length > 0 && <Fields fields={own} />}
        </article>
      ))}
    </section>
  );
}

function Fields({ fields }: { readonly fields: readonly ChangedField[] }) {
  return (
    <dl>
      {fields.map((field) => (
        <div key={field.path}>
          <dt title={field.path}>{field.path.includes('.') ? field.path : label(field.path)}</dt>
          <dd>
            {field.before !== undefined && <del>{shown(field.before)}</del>}
            {field.after !== undefined && <ins>{shown(field.after)}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
