import { expect, test } from 'vitest';
import { actionSchemas } from '../../../src/api/action-schemas.ts';
import { fieldsOf, problemsOn, tabsOf } from '../../../src/console/editor/fields.ts';
import { groups } from '../../../src/console/editor/groups.ts';
import { templates } from '../../../src/console/editor/templates.ts';
import { formOf, type Schema } from '../../../src/console/lib/schema.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { loadActions } from '../../../src/flows/load-actions.ts';

const actions = await loadActions();
const components = actionSchemas(actions) as Readonly<Record<string, Schema>>;
const optionOf = (name: string): Schema => components[name]!.properties!.option!;

test('every action is in one group of the catalogue, and every group has those that there are', () => {
  expect(Object.values(groups).flat().sort()).toEqual([...actions.keys()].sort());
});

test('a template is a flow, but for what has to be chosen first', () => {
  const missing = templates.flatMap(({ name, actions: given }) =>
    checkFlow(given, actions).problems.map(({ path }) => `${name}: ${path}`),
  );
  expect(missing).toEqual([
    'Queue: actions[1].option.queue_id',
    'Voicemail: actions[0].option',
    'Opening hours: actions[0].option.schedule_id',
  ]);
});

test('a request has a format where it has a body', () => {
  const { properties = {}, required = [] } = optionOf('WebhookSendAction');
  const shown = (option: Readonly<Record<string, unknown>>) =>
    Object.keys(fieldsOf('webhook_send', properties, required, option).first);
  expect(shown({ method: 'GET' })).not.toContain('body_type');
  expect(shown({ method: 'DELETE' })).not.toContain('body_type');
  for (const method of ['POST', 'PUT', 'PATCH']) expect(shown({ method })).toContain('body_type');
  expect(shown({})).toEqual(['uri', 'method', 'retries', 'sync']);
});

test('an action that nobody knows has a form, whatever it is called', () => {
  for (const type of ['unheard_of', 'constructor', '__proto__'])
    expect(tabsOf(type, fieldsOf(type, {}, [], {}))).toHaveLength(1);
});

test('a field stays where it is while it is written for the first time', () => {
  const { properties = {}, required = [] } = optionOf('WebhookSendAction');
  const notes = { notes: 'for whoever reads it' };
  expect(fieldsOf('webhook_send', properties, required, notes, {}).more).toHaveProperty('notes');
  expect(fieldsOf('webhook_send', properties, required, notes).first).toHaveProperty('notes');
});

test('a request, its response and the rest have tabs, and what is wrong is told on the tab of its field', () => {
  const { properties = {}, required = [] } = optionOf('WebhookSendAction');
  const tabs = tabsOf('webhook_send', fieldsOf('webhook_send', properties, required, { method: 'POST' }));
  expect(tabs.map(({ name, first }) => [name, ...Object.keys(first)])).toEqual([
    ['Request', 'uri', 'method', 'body_type', 'data', 'retries'],
    ['Response', 'response', 'success_id', 'failure_id'],
    ['Other', 'sync', 'timeout', 'hold_music', 'music', 'persist'],
  ]);
  const wrong = [
    ['option.uri', 'option.headers[0].name'],
    ['option.response.map[1].path'],
    ['option.timeout'],
    ['option', 'option.other', 'next_id'],
  ];
  const problems = wrong.flat().map((path) => ({ path, message: 'is wrong' }));
  expect(tabs.map((tab) => problemsOn(tab, problems).map(({ path }) => path))).toEqual(wrong.slice(0, 3));
});

test('what tells how a request went is said for each outcome, with what it can be', () => {
  const { success, failure } = components.WebhookSendAction!['x-results']!;
  const inBothSpellings = (...names: readonly string[]): readonly string[] => [
    ...names.map((name) => `flow.key.${name}`),
    ...names.map((name) => `voipbin.webhook.${name}`),
  ];
  const always = ['status', 'status_code', 'duration', 'raw', 'error'].map((name) => `response_${name}`);
  expect(Object.keys(success)).toEqual(inBothSpellings(...always));
  expect(Object.keys(failure).sort()).toEqual(
    [...inBothSpellings(...always, 'response_status_type', 'error_reason')].sort(),
  );
  expect(success['flow.key.response_error']).toBe('`true`, `false`');
});

test('no field is lost between what is asked for at once and what is not, on whichever tab', () => {
  for (const type of actions.keys()) {
    const name = `${type
      .split('_')
      .map((word) => word[0]!.toUpperCase() + word.slice(1))
      .join('')}Action`;
    const { properties = {}, required = [] } = optionOf(name);
    const tabs = tabsOf(type, fieldsOf(type, properties, required, { method: 'POST' }));
    const shown = tabs.flatMap(({ first, more }) => [...Object.keys(first), ...Object.keys(more)]);
    expect(shown.sort()).toEqual(Object.keys(properties).sort());
  }
});

test('what a schema lists is chosen from a list, of few numbers too', () => {
  const { properties = {} } = optionOf('WebhookSendAction');
  expect(formOf(properties.method!, components)).toMatchObject({
    kind: { kind: 'choice', values: expect.arrayContaining(['GET', 'POST']) },
    mayBePlaceholder: true,
  });
  expect(formOf(properties.attempts!, components).kind).toEqual({ kind: 'choice', values: [1, 2, 3, 4] });
  expect(formOf(properties.timeout!, components).kind).toEqual({ kind: 'number' });
  expect(formOf(properties.auth!, components).kind).toMatchObject({ kind: 'one-of', key: 'type' });
  expect(formOf(properties.headers!, components).kind.kind).toMatch(/^(map|list|json)$/);
});

test('a field of every action has a way to be written', () => {
  const kinds = new Set<string>();
  for (const [name, schema] of Object.entries(components))
    if (name.endsWith('Action') && name !== 'Action')
      for (const field of Object.values(schema.properties?.option?.properties ?? {}))
        kinds.add(formOf(field, components).kind.kind);
  expect([...kinds].sort()).toEqual(
    ['choice', 'json', 'list', 'map', 'number', 'object', 'one-of', 'switch', 'text'].sort(),
  );
});
