import { givenCall, longSleep, pass } from './call-fixture.ts';

/** Where a condition sends a flow, its variables being `values`: `next` or `else`. */
export async function decided(
  type: string,
  option: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, string>> = {},
): Promise<string> {
  const given = givenCall();
  const flow = given.run(
    ...Object.entries(values).map(([key, value]) => ({ type: 'variable_set', option: { key, value } })),
    { type, option: { ...option, false_target_id: 'else' } },
    { id: 'next', ...longSleep },
    { id: 'else', ...longSleep },
  );
  await pass();
  const { at } = flow;
  given.hangup();
  await flow.done;
  if (given.failures.length > 0) return given.failures.join();
  return at;
}
