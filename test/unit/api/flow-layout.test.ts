import { expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { givenApi } from '../../support/store-api.ts';

const point = { x: 12.5, y: -340 };
const actions = [
  { id: 'hello', type: 'talk', option: { text: 'Hello.' } },
  { id: 'end', type: 'answer' },
];

test('where the actions of a flow stand is kept, and changes nothing of the flow', async () => {
  await using api = await givenApi();
  const { body: flow } = await api.ask('POST', '/flows', { name: 'desk', actions });
  const path = `/flows/${flow.id}/layout`;
  expect((await api.ask('GET', path)).body).toEqual({ start: { x: 0, y: 0 }, actions: {} });
  const layout = { start: point, actions: { hello: point, end: { x: 0, y: 146 } } };
  const put = await api.ask('PUT', path, layout);
  expect([put.status, put.body]).toEqual([200, layout]);
  expect((await api.ask('GET', path)).body).toEqual(layout);
  expect((await api.ask('GET', `/flows/${flow.id}`)).body).toEqual(flow);

  const copy = await api.ask('POST', `/flows/${flow.id}/duplicate`);
  expect((await api.ask('GET', `/flows/${copy.body.id}/layout`)).body).toEqual(layout);
  await api.ask('PUT', `/flows/${flow.id}`, { actions: actions.slice(1) });
  expect((await api.ask('GET', path)).body).toEqual({ ...layout, actions: { end: { x: 0, y: 146 } } });
  const stranger = await api.ask('PUT', path, { start: point, actions: { gone: point, end: point } });
  expect(stranger.body).toEqual({ start: point, actions: { end: point } });
  await api.ask('DELETE', `/flows/${flow.id}`);
  expect((await api.ask('GET', path)).status).toBe(404);
  expect((await api.ask('PUT', path, layout)).status).toBe(404);
});

test('a layout that is none is refused, and so is one that is too large', async () => {
  await using api = await givenApi();
  const { body: flow } = await api.ask('POST', '/flows', { name: 'desk', actions });
  const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`a${index}`, point]));
  for (const [body, path] of [
    [{ actions: {} }, 'start'],
    [{ start: point }, 'actions'],
    [{ start: { x: 'left', y: 0 }, actions: {} }, 'start.x'],
    [{ start: point, actions: { hello: { x: 1e9, y: 0 } } }, 'actions.hello.x'],
    [{ start: point, actions: { hello: { ...point, z: 1 } } }, 'actions.hello.z'],
    [{ start: point, actions: many }, 'actions'],
    [{ start: point, actions: {}, zoom: 2 }, 'zoom'],
  ] as const) {
    const { status, body: answer } = await api.ask('PUT', `/flows/${flow.id}/layout`, body);
    expect([status, answer.error.details[0].path]).toEqual([400, path]);
  }
  expect((await api.ask('PUT', `/flows/${zeroId}/layout`, { start: point, actions: {} })).status).toBe(404);
  expect((await api.ask('GET', `/flows/${flow.id}/layout`)).body.actions).toEqual({});
});
