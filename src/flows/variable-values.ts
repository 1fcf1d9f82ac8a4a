/** What a variable can be where it is set; anything may be empty before. */
export interface Values {
  /** For whoever writes a flow, in Markdown. */
  readonly text: string;
  /** Where they are few: all of them. */
  readonly all?: readonly string[];
  readonly isNumber: boolean;
  /** Whether it can ever be this. */
  admits(value: string): boolean;
}

/** One of a few words. */
export function oneOf(...all: readonly string[]): Values {
  const text = all.map((value) => (value === '' ? 'empty' : `\`${value}\``)).join(', ');
  return { text, all, isNumber: false, admits: (value) => all.includes(value) };
}

/** Of one form, whatever it says. */
export function like(form: RegExp, text: string): Values {
  return { text, isNumber: false, admits: (value) => form.test(value) };
}

/** A number, in decimal digits; the text says of what. */
export function number(text: string): Values {
  return { ...like(/^\d+(\.\d+)?$/, text), isNumber: true };
}

/** Anything: what somebody else says, or a name. */
export function anything(text: string): Values {
  return { text, isNumber: true, admits: () => true };
}

/** A UUID; the text says whose. */
export function idOf(text: string): Values {
  return like(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, text);
}

export const uuid = idOf('a UUID');

export const boolean = oneOf('true', 'false');

export const time = like(
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+$/,
  'UTC, such as `2026-03-01 09:30:00.000000`',
);

/** Digits of a telephone's keypad. */
export const keys = {
  ...like(/^[0-9A-D*#]*$/, 'any of `0`-`9`, `A`-`D`, `*` and `#`, or empty: nothing was pressed'),
  isNumber: true,
};
