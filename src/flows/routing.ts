import type { FlowToRun } from './activeflows.ts';

/** What routing asks of the store. */
export interface FlowLookup {
  /** The flow a number's calls run, `undefined` where no such number is, `null` where it has no flow. */
  flowOfNumber(number: string): Promise<FlowToRun | null | undefined>;
}

/** The number the welcome flow is on unless one of the user's says otherwise. */
export const welcomeNumber = '100';

const dialable = /^[A-Za-z0-9+*#_.-]{1,64}$/;

/** The flow for a dialled number: its own, the welcome flow, the `default` one; `undefined` means nobody is there. */
export async function route(
  number: string,
  lookup: FlowLookup,
  welcome: FlowToRun,
): Promise<FlowToRun | undefined> {
  if (!dialable.test(number)) return undefined;
  const own = await lookup.flowOfNumber(number);
  if (own !== undefined) return own ?? undefined;
  if (number === welcomeNumber) return welcome;
  return (await lookup.flowOfNumber('default')) ?? undefined;
}
