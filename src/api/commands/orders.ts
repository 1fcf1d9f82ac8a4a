import * as z from 'zod';
import { AriflowError } from '../../core/errors.ts';
import { wording } from '../../core/misfits.ts';
import { flowIdOrNone, flowToRun, givenActions } from '../given-actions.ts';
import type { Parts } from '../parts.ts';
import { problemsOf } from '../problems.ts';
import { orRefusal } from '../refusal.ts';
import { exampleId } from '../shapes.ts';
import { commandsIn } from './command-names.ts';
import { recordingCommands } from './recording-commands.ts';

/** Where a call is sent. */
export const redirection = z
  .strictObject({
    flow_id: flowIdOrNone,
    actions: givenActions.optional().meta({ description: 'count where there is no flow_id' }),
  })
  .meta({ examples: [{ flow_id: exampleId }] });

const nothing = z.strictObject({});

/** Has a live call do something; resolves to the id of the recording that it is about, if it is about one. @throws AriflowError */
export type Order = (callId: string, option: unknown) => Promise<string | undefined>;

/** Everything that can be ordered of a call, by its name on the wire. */
export function ordersOf(parts: Parts): ReadonlyMap<string, Order> {
  const { liveCalls, actions } = parts;
  const performing =
    (type: string, schema: z.ZodType): Order =>
    (callId, option) =>
      orRefusal(liveCalls.perform(callId, { type, option: parsed(schema, option) }));
  const commands = [...commandsIn(actions), ...Object.entries(recordingCommands)];
  return new Map<string, Order>([
    ...commands.map(([type, { option }]) => [type, performing(type, option)] as const),
    ['redirect', (callId, option) => redirect(parts, callId, parsed(redirection, option))],
    [
      'hangup',
      async (callId, option) => {
        parsed(nothing, option);
        liveCalls.hangup(callId);
        return undefined;
      },
    ],
  ]);
}

async function redirect(
  parts: Parts,
  callId: string,
  { flow_id, actions }: z.output<typeof redirection>,
): Promise<undefined> {
  const flow = await flowToRun(parts, flow_id, actions);
  await orRefusal(parts.liveCalls.redirect(callId, flow));
}

/** @throws AriflowError naming what is wrong with an option */
function parsed<T>(schema: z.ZodType<T>, option: unknown): T {
  const result = schema.safeParse(option, wording);
  if (result.success) return result.data;
  const details = problemsOf(result.error);
  const [first] = details;
  const message = `${first?.path || 'option'}: ${first?.message}`;
  throw new AriflowError('INVALID_ARGUMENT', message, { details });
}
