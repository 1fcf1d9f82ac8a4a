import { expect, test } from 'vitest';
import type { FlowToRun } from '../../../src/ports/flow-to-run.ts';
import { route } from '../../../src/reception/route.ts';

const flow = (id: string): FlowToRun => ({ id, actions: [] });
const welcome = flow('welcome');

function routed(number: string, numbers: Readonly<Record<string, FlowToRun | null>> = {}) {
  const asked: string[] = [];
  const flowOfNumber = async (wanted: string) => {
    asked.push(wanted);
    return Object.hasOwn(numbers, wanted) ? numbers[wanted] : undefined;
  };
  const flows = { welcome, ofPhone: (phone: string) => flow(`phone ${phone}`) };
  const isExtension = async (wanted: string) => /^100[1-9]$/.test(wanted);
  return route(number, { flowOfNumber, isExtension }, flows).then((found) => ({ id: found?.id, asked }));
}

test('a number has its own flow', async () => {
  expect(await routed('200', { 200: flow('own'), default: flow('default') })).toMatchObject({ id: 'own' });
});

test('a number without a flow is not the default one', async () => {
  expect(await routed('200', { 200: null, default: flow('default') })).toMatchObject({ id: undefined });
});

test('100 is the welcome flow, unless a number says otherwise', async () => {
  expect(await routed('100', { default: flow('default') })).toMatchObject({ id: 'welcome' });
  expect(await routed('100', { 100: flow('own') })).toMatchObject({ id: 'own' });
});

test('a phone is rung, unless a number says otherwise', async () => {
  expect(await routed('1001', { default: flow('default') })).toMatchObject({ id: 'phone 1001' });
  expect(await routed('1001', { 1001: flow('own') })).toMatchObject({ id: 'own' });
  expect(await routed('1010', { default: flow('default') })).toMatchObject({ id: 'default' });
});

test('the rest goes to the default flow, where there is one', async () => {
  expect(await routed('300', { default: flow('default') })).toMatchObject({ id: 'default' });
  expect(await routed('300', { default: null })).toMatchObject({ id: undefined });
  expect(await routed('300')).toMatchObject({ id: undefined });
});

test.each(['', 'a b', "1';--", 'x'.repeat(65), 'ü', '1\n2'])(
  '%j is no number, and is not looked for',
  async (number) => {
    expect(await routed(number, { default: flow('default') })).toEqual({ id: undefined, asked: [] });
  },
);

test.each(['+821100000001', '*97', '#1', 'test11', 'a.b-c_d'])('%j is one', async (number) => {
  expect(await routed(number, { [number]: flow('own') })).toMatchObject({ id: 'own' });
});
