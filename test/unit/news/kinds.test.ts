import { expect, test } from 'vitest';
import { type Kind, kinds } from '../../../src/news/kinds.ts';
import type { Live } from '../../../src/news/live.ts';
import type { News } from '../../../src/news/news.ts';
import { givenActiveflow, givenCall } from '../../support/store-records.ts';

const all = Object.keys(kinds) as Kind[];

test.each(all)(
  'of %s a state of which nothing was written can be read, but for the channel of a call',
  (kind) => {
    expect(kinds[kind].state.safeParse({}).success).toBe(kind !== 'calls');
  },
);

test('a kind, a record or an event that is not in the table does not compile', () => {
  const call = givenCall();
  const recorded: Live[] = [
    { kind: 'calls', record: call },
    // @ts-expect-error there is no such kind
    { kind: 'call', record: call },
    // @ts-expect-error its record is a call
    { kind: 'calls', record: givenActiveflow() },
    // @ts-expect-error a call has no variables
    { kind: 'calls', record: call, state: { variables: {} } },
  ];
  const tell = (news: News): void => {
    news.changed({ kind: 'calls', record: call }, 'call_updated');
    // @ts-expect-error it is an event of another kind
    news.changed({ kind: 'calls', record: call }, 'activeflow_updated');
  };
  expect(recorded).toHaveLength(4); // the compiler is the test
  expect(tell).toBeTypeOf('function');
});
