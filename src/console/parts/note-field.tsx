import { useId, useState } from 'react';
import { label } from '../lib/format.ts';
import { type FieldProps, Notes, useProblems } from './field.tsx';
import { shortened } from './item-row.tsx';
import { Markdown } from './markdown.tsx';

/** Where no schema says it. */
const mostCharacters = 1_000;

/** What people write for each other: Markdown, and below it how it is read. What counts is what was typed. */
export function NoteField(field: FieldProps) {
  const { path, name, form, value, isRequired, onChange } = field;
  const id = useId();
  const [isFolded, setIsFolded] = useState(false);
  const text = typeof value === 'string' ? value : '';
  const most = form.schema.maxLength ?? mostCharacters;
  const isWrong = useProblems(path).length > 0;
  // There is nothing to be folded before something is written; and what is wrong is seen.
  const canFold = text.trim() !== '' && !isWrong;
  const isOpen = !(canFold && isFolded);
  return (
    <div className="field">
      {canFold && (
        <button
          type="button"
          className="fold"
          aria-expanded={isOpen}
          aria-controls={`${id}-whole`}
          onClick={() => setIsFolded(isOpen)}
        >
          {label(name)}
          {!isOpen && <span className="soft"> {shortened(text.trim())}</span>}
        </button>
      )}
      <div id={`${id}-whole`} hidden={!isOpen}>
        <label htmlFor={id} className={canFold ? 'unseen' : undefined}>
          {label(name)}
          {isRequired && <span aria-hidden="true"> *</span>}
        </label>
        <textarea
          id={id}
          rows={Math.min(12, 3 + text.split('\n').length)}
          value={text}
          maxLength={most}
          aria-invalid={isWrong}
          aria-describedby={`${id}-hint ${id}-count`}
          onChange={({ target }) => onChange(target.value === '' && !isRequired ? undefined : target.value)}
        />
        <p className="hint count" id={`${id}-count`}>
          Markdown, {grouped(text.length)} of {grouped(most)} characters
        </p>
        {text.trim() !== '' && (
          <details>
            <summary>As it is read</summary>
            <Markdown text={text} />
          </details>
        )}
        <Notes field={field} id={id} />
      </div>
    </div>
  );
}

/** `10 000` */
function grouped(count: number): string {
  return count.toLocaleString('en').replaceAll(',', ' ');
}
