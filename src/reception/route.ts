import type { FlowToRun } from '../ports/flow-to-run.ts';

/** What routing asks of the store. */
export interface FlowLookup {
  /** The flow a number's calls run, `undefined` where no such number is, `null` where it has no flow. */
  flowOfNumber(number: string): Promise<FlowToRun | null | undefined>;
  /** Whether a phone has this number. */
  isExtension(number: string): Promise<boolean>;
}

/** The flows of a fresh installation. */
export interface BuiltInFlows {
  readonly welcome: FlowToRun;
  ofPhone(number: string): FlowToRun;
}

/** The number the welcome flow is on unless one of the user's says otherwise. */
export const welcomeNumber = '100';

export const dialable = /^[A-Za-z0-9+*#_.-]{1,64}$/;

/** What dialling a phone does, written as a user would. */
export function phoneActions(number: string): readonly unknown[] {
  return [
    {
      type: 'connect',
      option: { destinations: [{ type: 'extension', target: number }], relay_reason: true },
    },
  ];
}

/** The flow for a dialled number: its own, the welcome flow, a phone's, the `default` one; `undefined` means nobody is there. */
export async function route(
  number: string,
  lookup: FlowLookup,
  { welcome, ofPhone }: BuiltInFlows,
): Promise<FlowToRun | undefined> {
  if (!dialable.test(number)) return undefined;
  const own = await lookup.flowOfNumber(number);
  if (own !== undefined) return own ?? undefined;
  if (number === welcomeNumber) return welcome;
  if (await lookup.isExtension(number)) return ofPhone(number);
  return (await lookup.flowOfNumber('default')) ?? undefined;
}
