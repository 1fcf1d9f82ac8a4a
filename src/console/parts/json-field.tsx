import { useEffect, useId, useState } from 'react';
import { type FieldProps, Labelled, useProblems } from './field.tsx';

/** What no other field is made for. While it is no JSON nothing is changed. */
export function JsonField(field: FieldProps) {
  const { path, value, onChange } = field;
  const id = useId();
  const [text, setText] = useState(() => written(value));
  const [isWrong, setIsWrong] = useState(false);
  const problems = useProblems(path, true);

  useEffect(() => {
    // Changed elsewhere, and not by what is being written here.
    setText((now) => (isSame(now, value) ? now : written(value)));
  }, [value]);

  const change = (next: string): void => {
    setText(next);
    const read = parse(next);
    setIsWrong(!read);
    if (read) onChange(read.value);
  };
  return (
    <Labelled field={field} id={id}>
      <textarea
        id={id}
        className="mono"
        rows={Math.min(14, 1 + text.split('\n').length)}
        spellCheck={false}
        value={text}
        aria-invalid={isWrong || problems.length > 0}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => change(target.value)}
      />
      {isWrong && <p className="wrong">This is no JSON yet.</p>}
    </Labelled>
  );
}

function written(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}

function parse(text: string): { readonly value: unknown } | undefined {
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function isSame(text: string, value: unknown): boolean {
  const read = parse(text);
  return read !== undefined && JSON.stringify(read.value) === JSON.stringify(value);
}
