import { expect, test } from 'vitest';
import { actionSchemas } from '../../../src/api/action-schemas.ts';
import { fieldsOf } from '../../../src/console/editor/fields.ts';
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

test('a field stays where it is while it is written for the first time', () => {
  const { properties = {}, required = [] } = optionOf('WebhookSendAction');
  const notes = { notes: 'for whoever reads it' };
  expect(fieldsOf('webhook_send', properties, required, notes, {}).more).toHaveProperty('notes');
  expect(fieldsOf('webhook_send', properties, required, notes).first).toHaveProperty('notes');
});

test('no field is lost between what is asked for at once and what is not', () => {
  for (const type of actions.keys()) {
    const name = `${type
      .split('_')
      .map((word) => word[0]!.toUpperCase() + word.slice(1))
      .join('')}Action`;
    const { properties = {}, required = [] } = optionOf(name);
    const { first, more } = fieldsOf(type, properties, required, { method: 'POST' });
    expect([...Object.keys(first), ...Object.keys(more)].sort()).toEqual(Object.keys(properties).sort());
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
