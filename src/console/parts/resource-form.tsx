import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError, type Problem, wordsOf } from '../lib/api.ts';
import { guardLeaving } from '../lib/router.ts';
import type { Components, Schema } from '../lib/schema.ts';
import { WithSurroundings } from './field.tsx';
import { Properties } from './property.tsx';

type Fields = Readonly<Record<string, unknown>>;

interface ResourceFormProps {
  readonly schema: Schema;
  readonly components: Components;
  readonly value: Fields;
  /** What the button says. */
  readonly submit: string;
  readonly onSubmit: (value: Fields) => Promise<void>;
  readonly onCancel?: () => void;
}

/** A form made of the schema of a request. Only what was changed is sent. */
export function ResourceForm({ schema, components, value, submit, onSubmit, onCancel }: ResourceFormProps) {
  const [fields, setFields] = useState<Fields>(value);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [message, setMessage] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const begun = useRef(value);
  const isChanged = fields !== begun.current;

  useEffect(() => {
    if (!isChanged) return undefined;
    return guardLeaving(() => window.confirm('Leave without saving?'));
  }, [isChanged]);

  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    setMessage('');
    try {
      await onSubmit(changes(begun.current, fields));
    } catch (error) {
      setProblems(error instanceof ApiError ? error.problems : []);
      setMessage(wordsOf(error));
    } finally {
      setIsBusy(false);
    }
  };
  const { properties = {}, required = [] } = schema;
  return (
    <form className="card" onSubmit={(event) => void send(event)} noValidate>
      <WithSurroundings around={{ components, problems }}>
        <Properties path="" properties={properties} required={required} value={fields} onChange={setFields} />
      </WithSurroundings>
      {message !== '' && (
        <p className="notice bad" role="alert">
          {message}
        </p>
      )}
      <div className="buttons">
        <button type="submit" className="primary" disabled={isBusy}>
          {submit}
        </button>
        {onCancel && (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}

/** Of new ones all that was given. */
function changes(before: Fields, after: Fields): Fields {
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => value !== before[key]));
}
