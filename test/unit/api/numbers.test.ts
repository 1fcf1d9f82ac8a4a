import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { neverTime, zeroId } from '../../../src/core/clock.ts';
import { givenApi } from '../../support/store-api.ts';

test('a number is created, read, listed, changed and deleted', async () => {
  await using api = await givenApi();
  const flow = (await api.ask('POST', '/flows', { name: 'x' })).body;
  const { body: number } = await api.ask('POST', '/numbers', {
    number: '+15551234567',
    call_flow_id: flow.id,
  });
  expect(Object.keys(number).join()).toBe(
    'id,customer_id,number,name,detail,call_flow_id,message_flow_id,tm_create,tm_update,tm_delete,schedule_id,closed_flow_id',
  );
  expect(number).toMatchObject({
    name: '',
    call_flow_id: flow.id,
    message_flow_id: zeroId,
    tm_delete: neverTime,
  });
  expect((await api.ask('GET', `/numbers/${number.id}`)).body).toEqual(number);
  expect((await api.ask('GET', '/numbers')).body.result).toEqual([number]);

  const changed = await api.ask('PUT', `/numbers/${number.id}`, { call_flow_id: zeroId, name: 'main' });
  expect(changed.body).toEqual({
    ...number,
    call_flow_id: zeroId,
    name: 'main',
    tm_update: changed.body.tm_update,
  });

  expect((await api.ask('DELETE', `/numbers/${number.id}`)).body.tm_delete).not.toBe(neverTime);
  expect((await api.ask('GET', `/numbers/${number.id}`)).status).toBe(404);
  expect((await api.ask('POST', '/numbers', { number: '+15551234567' })).status).toBe(200);
});

test('a number that is taken is a conflict', async () => {
  await using api = await givenApi();
  await api.ask('POST', '/numbers', { number: '100' });
  const { body: other } = await api.ask('POST', '/numbers', { number: 'default' });
  const expected = {
    status: 409,
    reason: 'CONFLICT',
    details: [{ path: 'number', message: 'exists already' }],
  };
  expect((await api.ask('POST', '/numbers', { number: '100' })).body.error).toMatchObject(expected);
  expect((await api.ask('PUT', `/numbers/${other.id}`, { number: '100' })).body.error).toMatchObject(
    expected,
  );
});

test('a flow that is not there is refused', async () => {
  await using api = await givenApi();
  const { body: number } = await api.ask('POST', '/numbers', { number: '100' });
  for (const path of ['call_flow_id', 'message_flow_id']) {
    for (const value of [randomUUID(), 'x', '', 1, null]) {
      const attempts = [
        await api.ask('POST', '/numbers', { number: '101', [path]: value }),
        await api.ask('PUT', `/numbers/${number.id}`, { [path]: value }),
      ];
      for (const { status, body } of attempts) {
        expect(status).toBe(400);
        expect(body.error.details).toMatchObject([{ path }]);
      }
    }
  }
});

test('a number is 1 to 64 of the characters that are dialled', async () => {
  await using api = await givenApi();
  for (const number of ['100', '+15551234567', '*99#', 'sales_team-1.x', 'x'.repeat(64), 'default']) {
    expect((await api.ask('POST', '/numbers', { number })).body.number).toBe(number);
  }
  for (const number of ['', 'a b', 'ä', '1/2', 'x'.repeat(65), '101\n', 101, null]) {
    const { status, body } = await api.ask('POST', '/numbers', { number });
    expect(status, String(number)).toBe(400);
    expect(body.error.details).toMatchObject([{ path: 'number' }]);
  }
});
