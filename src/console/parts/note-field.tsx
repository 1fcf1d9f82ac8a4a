import { useId } from 'react';
import { type FieldProps, Labelled, useProblems } from './field.tsx';
import { Markdown } from './markdown.tsx';

/** Where no schema says it. */
const mostCharacters = 1_000;

/** What people write for each other: Markdown, and below it how it is read. What counts is what was typed. */
export function NoteField(field: FieldProps) {
  const { path, form, value, isRequired, onChange } = field;
  const id = useId();
  const text = typeof value === 'string' ? value : '';
  const most = form.schema.maxLength ?? mostCharacters;
  return (
    <Labelled field={field} id={id}>
      <textarea
        id={id}
        rows={Math.min(12, 3 + text.split('\n').length)}
        value={text}
        maxLength={most}
        aria-invalid={useProblems(path).length > 0}
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
    </Labelled>
  );
}

/** `10 000` */
function grouped(count: number): string {
  return count.toLocaleString('en').replaceAll(',', ' ');
}
