import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ActionError, LifetimeEnded } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { Hearing } from '../../../src/hearing/hearing.ts';
import { SttError } from '../../../src/hearing/stt.ts';
import type { HearingRequest } from '../../../src/ports/hearing.ts';
import { EarListener } from '../../support/ear-listener.ts';
import { FakeStt } from '../../support/fake-stt.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope((error) => {
    throw error;
  });
});
afterEach(() => scope.close());

function given(...names: readonly string[]) {
  const engines = names.map((name) => new FakeStt(name));
  const hearing = new Hearing({ engines, log: silentLog });
  const open = (request: Partial<HearingRequest> = {}) =>
    hearing.open({ language: 'en-US', hints: [], ...request }, new EarListener(), scope);
  const codeOf = (request?: Partial<HearingRequest>) =>
    open(request).then(
      ({ provider }) => provider,
      (error: unknown) => (error instanceof ActionError ? error.code : error),
    );
  const [first = new FakeStt('none'), second = new FakeStt('none')] = engines;
  return { first, second, open, codeOf, hearing };
}

describe('where a flow names no provider', () => {
  test('the first that can be asked listens', async () => {
    const { first, codeOf } = given('gcp', 'aws');
    expect(await codeOf()).toBe('gcp');
    first.available = false;
    expect(await codeOf()).toBe('aws');
  });

  test('the first that has the language listens', async () => {
    const { first, codeOf } = given('gcp', 'aws');
    first.problem = new ActionError('UNKNOWN_LANGUAGE', 'not that one');
    expect(await codeOf()).toBe('aws');
  });

  test('the next one listens where one does not open', async () => {
    const { first, codeOf } = given('gcp', 'aws');
    first.failures = [new SttError('lasting', 'no credentials')];
    expect(await codeOf()).toBe('aws');
  });

  test('one that has failed three times is asked last for a while', async () => {
    const { first, codeOf } = given('gcp', 'aws');
    first.failures = [new SttError('passing', 'quota')];
    for (let turn = 0; turn < 5; turn++) expect(await codeOf()).toBe('aws');
    expect(first.tries).toBe(3);
  });

  test('there may be none', async () => {
    expect(await given().codeOf()).toBe('UNKNOWN_PROVIDER');
    const { first, codeOf } = given('gcp');
    first.problem = new ActionError('HINTS_NEEDED', 'hints: what is to be heard?');
    expect(await codeOf()).toBe('HINTS_NEEDED');
    expect(await codeOf({ language: 'xx-XX' })).toBe('UNKNOWN_LANGUAGE');
  });

  test('all of them may fail', async () => {
    const { first, second, codeOf } = given('gcp', 'aws');
    first.failures = [new SttError('passing', 'away')];
    second.failures = [new SttError('passing', 'away')];
    expect(await codeOf()).toBe('HEARING_FAILED');
  });
});

describe('the provider a flow names', () => {
  test('listens, and no other', async () => {
    const { first, second, codeOf } = given('gcp', 'aws');
    expect(await codeOf({ provider: 'aws' })).toBe('aws');
    second.failures = [new SttError('passing', 'away')];
    expect(await codeOf({ provider: 'aws' })).toBe('HEARING_FAILED');
    expect(first.tries).toBe(0);
  });

  test('must be there, and have the language', async () => {
    const { first, codeOf } = given('gcp', 'aws');
    expect(await codeOf({ provider: 'azure' })).toBe('UNKNOWN_PROVIDER');
    first.available = false;
    expect(await codeOf({ provider: 'gcp' })).toBe('UNKNOWN_PROVIDER');
    expect(await codeOf({ provider: 'aws', language: 'xx-XX' })).toBe('UNKNOWN_LANGUAGE');
  });
});

test('why nobody can hear it is known without asking anybody, and what of the request is wrong', async () => {
  const { first, second, hearing } = given('gcp', 'aws');
  const problemOf = (request: Partial<HearingRequest> = {}) => {
    const problem = hearing.problemOf({ language: 'en-US', hints: [], ...request });
    return problem && [problem.code, problem.path];
  };
  expect(problemOf()).toBeUndefined();
  expect(problemOf({ provider: 'gcp' })).toBeUndefined();
  expect(problemOf({ provider: 'azure' })).toEqual(['UNKNOWN_PROVIDER', 'provider']);
  expect(problemOf({ language: '!' })).toEqual(['UNKNOWN_LANGUAGE', 'language']);
  first.problem = new ActionError('HINTS_NEEDED', 'which words?', { path: 'hints' });
  expect(problemOf({ provider: 'gcp' })).toEqual(['HINTS_NEEDED', 'hints']);
  expect(problemOf()).toBeUndefined();
  second.available = false;
  expect(problemOf()).toEqual(['HINTS_NEEDED', 'hints']);
  first.available = false;
  expect(problemOf()).toEqual(['UNKNOWN_PROVIDER', 'provider']);
  expect([first.tries, second.tries]).toEqual([0, 0]);
});

test('an engine is asked for the language in its standard form, and given the hints', async () => {
  const { first, open } = given('gcp');
  await open({ language: 'en-uk', hints: ['sales'] });
  expect(first.stream.request).toEqual({ language: 'en-GB', hints: ['sales'] });
});

test('what is no language at all nobody is asked for', async () => {
  const { first, codeOf } = given('gcp');
  expect(await codeOf({ language: '!' })).toBe('UNKNOWN_LANGUAGE');
  expect(first.tries).toBe(0);
});

test('nobody listens in a scope that has ended', async () => {
  const { first, open } = given('gcp');
  const reason = new LifetimeEnded('the caller has gone');
  await scope.close(reason);
  await expect(open()).rejects.toBe(reason);
  expect(first.tries).toBe(0);
});
