import type { ActionJson } from './model.ts';

/** The actions, or what keeps the text from being some. */
export function readActions(text: string): readonly ActionJson[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : 'This is no JSON.';
  }
  if (!Array.isArray(value)) return 'A flow is a list of actions: [ … ].';
  const index = value.findIndex(
    (each) => typeof each !== 'object' || each === null || typeof each.type !== 'string',
  );
  return index === -1 ? (value as readonly ActionJson[]) : `[${index}] has no type.`;
}
