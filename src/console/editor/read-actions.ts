import type { ActionJson } from './model.ts';

/** The actions, or what keeps the text from being some. What they do is judged by the daemon; here only what can be drawn. */
export function readActions(text: string): readonly ActionJson[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : 'This is no JSON.';
  }
  if (!Array.isArray(value)) return 'A flow is a list of actions: [ … ].';
  for (const [index, action] of value.entries()) {
    const problem = problemOf(action);
    if (problem !== undefined) return `[${index}]${problem}`;
  }
  return value as readonly ActionJson[];
}

const texts = ['id', 'next_id', 'on_error_id'];

function problemOf(action: unknown): string | undefined {
  if (!isObject(action) || typeof action.type !== 'string') return ' has no type.';
  const wrong = texts.find((key) => action[key] !== undefined && typeof action[key] !== 'string');
  if (wrong !== undefined) return `.${wrong}: expected text.`;
  return action.option === undefined || isObject(action.option) ? undefined : '.option: expected an object.';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
