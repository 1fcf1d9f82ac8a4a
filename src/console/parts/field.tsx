import { createContext, type ReactNode, useContext } from 'react';
import type { Problem } from '../lib/api.ts';
import { label } from '../lib/format.ts';
import type { Components, Form } from '../lib/schema.ts';

/** What fields know of what is around them. */
export interface Surroundings {
  readonly components: Components;
  readonly problems: readonly Problem[];
  /** Ids of actions that may be gone to, where the form is of an action. */
  readonly actionIds?: readonly string[];
  /** Where the option names actions: `target_id`, `targets.*`. */
  readonly targets?: readonly string[];
}

const Around = createContext<Surroundings>({ components: {}, problems: [] });

export const useAround = (): Surroundings => useContext(Around);

export interface FieldProps {
  readonly path: string;
  readonly name: string;
  readonly form: Form;
  readonly value: unknown;
  readonly isRequired: boolean;
  /** With `undefined` it is left out. */
  readonly onChange: (value: unknown) => void;
}

export function WithSurroundings({
  around,
  children,
}: {
  readonly around: Surroundings;
  readonly children: ReactNode;
}) {
  return <Around value={around}>{children}</Around>;
}

/** A field with its name, what it means, and what is wrong with it. */
export function Labelled({
  field,
  id,
  children,
}: {
  readonly field: FieldProps;
  readonly id: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="field">
      <label htmlFor={id}>
        {label(field.name)}
        {field.isRequired && <span aria-hidden="true"> *</span>}
      </label>
      {children}
      <Notes field={field} id={id} />
    </div>
  );
}

/** What stands below a field. */
export function Notes({ field, id }: { readonly field: FieldProps; readonly id: string }) {
  const problems = useProblems(field.path);
  return (
    <>
      {field.form.description !== '' && (
        <p className="hint" id={`${id}-hint`}>
          {plain(field.form.description)}
        </p>
      )}
      {problems.map(({ path, message }) => (
        <p key={`${path} ${message}`} className="wrong" role="alert">
          {path === field.path ? '' : `${path}: `}
          {message}
        </p>
      ))}
    </>
  );
}

/** What is wrong with a field itself; with what is in it, where that has no field of its own. */
export function useProblems(path: string, isWhole = false): readonly Problem[] {
  return useAround().problems.filter(
    (problem) =>
      problem.path === path ||
      (isWhole && /^[.[]/.test(problem.path.slice(path.length)) && problem.path.startsWith(path)),
  );
}

/** Descriptions are Markdown; of that only links would disturb. */
function plain(description: string): string {
  return description.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1').replaceAll('`', '');
}

/** `prompts` and `text` → `prompts.text`; of a list `prompts[0]`. */
export function within(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}
