import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceOf } from '../../../src/console/editor/difference.ts';
import type { ActionJson } from '../../../src/console/editor/model.ts';
import { emptyFlow, type Flow } from '../../../src/console/editor/stored-flow.ts';
import { flow as someActions } from '../../support/edited-flows.ts';

const withActions = (actions: readonly ActionJson[]): Flow => ({ ...emptyFlow, actions });
const talk = (id: string, text: string): ActionJson => ({ id, type: 'talk', option: { text } });

describe('what has changed between two revisions', () => {
  test('is nothing where they say the same, however often they were written', () => {
    fc.assert(
      fc.property(someActions, (actions) => {
        const once = { ...withActions(actions), revision: 1 };
        expect(differenceOf(once, { ...once, revision: 2 })).toEqual({ fields: [], actions: [] });
      }),
    );
  });

  test('is said action by action: added, removed, and of changed ones the fields', () => {
    const before = withActions([talk('hello', 'Hello.'), talk('gone', 'x'), { id: 'end', type: 'hangup' }]);
    const after = withActions([
      { ...talk('hello', 'Good morning.'), on_error_id: 'end' },
      { id: 'beep', type: 'beep' },
      { id: 'end', type: 'hangup' },
    ]);
    expect(differenceOf(before, after).actions).toEqual([
      {
        how: 'changed',
        id: 'hello',
        type: 'talk',
        fields: [
          { path: 'option.text', before: 'Hello.', after: 'Good morning.' },
          { path: 'on_error_id', before: undefined, after: 'end' },
        ],
      },
      { how: 'added', id: 'beep', type: 'beep', fields: [] },
      { how: 'removed', id: 'gone', type: 'talk', fields: [] },
    ]);
  });

  test('goes into lists of one length, and takes others as a whole', () => {
    const menu = (prompts: readonly object[]) =>
      withActions([{ id: 'ask', type: 'menu', option: { prompts } }]);
    const fields = (before: Flow, after: Flow) => differenceOf(before, after).actions[0]?.fields;
    expect(fields(menu([{ text: 'a' }, { text: 'b' }]), menu([{ text: 'a' }, { text: 'c' }]))).toEqual([
      { path: 'option.prompts[1].text', before: 'b', after: 'c' },
    ]);
    expect(fields(menu([{ text: 'a' }]), menu([]))).toEqual([
      { path: 'option.prompts', before: [{ text: 'a' }], after: [] },
    ]);
  });

  test('is a move where nothing else is another: of as few actions as can be', () => {
    const all = ['a', 'b', 'c', 'd'].map((id) => talk(id, id));
    const [a, b, c, d] = all;
    const { actions } = differenceOf(withActions(all), withActions([d!, a!, b!, c!]));
    expect(actions.map(({ how, id }) => [how, id])).toEqual([['moved', 'd']]);
  });

  test('is of the flow itself too', () => {
    const before = { ...emptyFlow, name: 'desk', defaults: { language: 'en-US', voice: '' } };
    const after = { ...before, name: 'front desk', trace: true, defaults: { language: 'de-DE', voice: '' } };
    expect(differenceOf(before, after).fields).toEqual([
      { path: 'name', before: 'desk', after: 'front desk' },
      { path: 'defaults.language', before: 'en-US', after: 'de-DE' },
      { path: 'trace', before: undefined, after: true },
    ]);
  });
});
