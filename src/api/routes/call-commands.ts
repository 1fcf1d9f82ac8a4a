import * as z from 'zod';
import type { Action } from '../../flows/action.ts';
import type { ActionCatalogue } from '../../flows/load-actions.ts';
import type { Api } from '../api.ts';
import { commandResults, resultOf } from '../commands/command-results.ts';
import { ordersOf, redirection } from '../commands/orders.ts';
import { recordingCommands } from '../commands/recording-commands.ts';
import type { Parts } from '../parts.ts';
import { answers, idParams, noBody } from '../shapes.ts';
import { callNow, callShape } from './calls.ts';
import { recordingShape } from './recordings.ts';

/** More in one request are a flow. */
const mostCommands = 20;

const tags = ['calls'];

/** What can be done with a live call, beside its flow. */
export function callCommandRoutes(api: Api, parts: Parts): void {
  const orders = ordersOf(parts);
  const order = async (callId: string, type: string, option: unknown): Promise<string | undefined> => {
    await callNow(parts, callId);
    return orders.get(type)?.(callId, option ?? {});
  };
  const answersCall = { tags, params: idParams, response: answers(callShape) };

  for (const { method, name, type, form, option } of waysTo(parts.actions)) {
    const schema = { ...answersCall, ...form, body: bodyOf(option) };
    api[method](`/calls/:id/${name}`, { schema }, async ({ params, body }) => {
      await order(params.id, type, body);
      return callNow(parts, params.id);
    });
  }

  for (const [type, { option, ...form }] of Object.entries(recordingCommands)) {
    const answersRecording = { tags, params: idParams, response: answers(recordingShape) };
    const schema = { ...answersRecording, ...form, body: bodyOf(option) };
    api.post(`/calls/:id/${type}`, { schema }, async ({ params, body }) => {
      const recordingId = await order(params.id, type, body);
      return parts.recordings.get(recordingId ?? '');
    });
  }

  const redirecting = { operationId: 'redirectCall', summary: 'Send a call to another flow' };
  api.post(
    '/calls/:id/redirect',
    { schema: { ...answersCall, ...redirecting, body: redirection } },
    async ({ params, body }) => {
      await order(params.id, 'redirect', body);
      return callNow(parts, params.id);
    },
  );

  api.post(
    '/calls/:id/commands',
    {
      schema: {
        tags,
        operationId: 'commandCall',
        summary: 'Do several things with a call, each with its own result',
        params: idParams,
        body: severalOf([...orders.keys()]),
        response: answers(commandResults),
      },
    },
    async ({ params, body }) => {
      await callNow(parts, params.id);
      const obeying = { orders, log: parts.log };
      const result: Awaited<ReturnType<typeof resultOf>>[] = [];
      for (const [index, command] of body.commands.entries())
        result.push(await resultOf(obeying, params.id, { ...command, path: `commands[${index}]` }));
      return { result };
    },
  );
}

/** How an action is ordered alone: `POST calls/{id}/{name}`. */
interface Way {
  readonly method: 'post' | 'delete';
  readonly name: string;
  /** By which it is known in `commands`, and told of. */
  readonly type: string;
  readonly form: { readonly operationId: string; readonly summary: string };
}

/** One for each action that can be ordered. */
function waysTo(catalogue: ActionCatalogue): readonly (Way & Pick<Action, 'option'>)[] {
  return [...catalogue.values()].flatMap(({ type, command, option }) => {
    if (!command) return [];
    const { operationId, summary, way = { method: 'post', name: type } } = command;
    const named = way.method === 'post' ? way.name : type;
    return [{ ...way, type: named, form: { operationId, summary }, option }];
  });
}

/** An option whose every field may be missing may be missing itself. */
function bodyOf(option: z.ZodType): z.ZodType<object | null | undefined> {
  if (option instanceof z.ZodObject && Object.keys(option.shape).length === 0) return noBody;
  const body = option as z.ZodType<object>; // as that of every action
  return body.safeParse({}).success ? body.nullish() : body;
}

function severalOf(types: readonly string[]) {
  return z.strictObject({
    commands: z
      .array(
        z.strictObject({
          type: z
            .string()
            .meta({ description: types.map((type) => `\`${type}\``).join(', '), examples: ['talk'] }),
          option: z
            .record(z.string(), z.unknown())
            .default({})
            .meta({
              description: 'the body of `POST calls/{id}/{type}`',
              examples: [{ text: 'This call is being supervised.' }],
            }),
        }),
      )
      .min(1)
      .max(mostCommands)
      .meta({ description: 'taken in their order, 1 to 20' }),
  });
}
