/** An option as its author wrote it, placeholders and all: whatever it says may not fit its schema. */
export type WrittenOption = Readonly<Record<string, unknown>>;

/** A text somewhere in it. */
export interface WrittenText {
  readonly path: string;
  readonly text: string;
}

/** A variable that is compared with something. */
export interface Comparison {
  /** Where in the option. */
  readonly path: string;
  readonly variable: string;
  /** `length`: how many characters it has. */
  readonly as: 'string' | 'number' | 'length';
  /** Of an order, such as `<`, only the kind of the value matters. */
  readonly isOrder: boolean;
  readonly value: unknown;
}

export type ReferenceKind =
  | 'flow'
  | 'queue'
  | 'conference'
  | 'agent'
  | 'webhook'
  | 'chatbot'
  | 'schedule'
  | 'mailbox'
  | 'sound';

/** Something that is kept elsewhere, by its id, or a sound by its name. */
export interface Reference {
  /** Where in the option. */
  readonly path: string;
  readonly kind: ReferenceKind;
  readonly id: string;
}

/** All texts of an option that substitution looks at, with their places: nested `actions` are another list's. */
export function textsOf(value: unknown, path = ''): WrittenText[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, `${path}[${index}]`));
  return Object.entries(objectIn(value)).flatMap(([key, child]) =>
    key === 'actions' ? [] : textsOf(child, path === '' ? key : `${path}.${key}`),
  );
}

/** The fields of what is an object; of anything else none. */
export function objectIn(value: unknown): WrittenOption {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as WrittenOption) : {};
}

/** The items of what is a list; of anything else none. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What is written without a placeholder; of a value that is known only later, `''`. */
export function fixedText(value: unknown): string {
  return typeof value === 'string' && !value.includes('${') ? value : '';
}

/** What an option refers to at one of its keys; nothing where the id is none, or known only later. */
export function referenceAt(option: WrittenOption, key: string, kind: ReferenceKind): readonly Reference[] {
  const id = fixedText(option[key]);
  return id === '' ? [] : [{ path: key, kind, id }];
}
