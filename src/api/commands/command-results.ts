import * as z from 'zod';
import { AriflowError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { didYouMean } from '../../core/nearest.ts';
import { component } from '../components.ts';
import { errorBody, errorSchema, invalid } from '../problems.ts';
import type { Order } from './orders.ts';

export const commandResults = component(
  'CommandResults',
  z.object({
    result: z
      .array(
        z.object({
          status: z
            .int()
            .meta({ description: 'the HTTP status this command alone would have had', examples: [200] }),
          error: errorSchema.shape.error
            .exactOptional()
            .meta({ description: 'why it was refused; paths are those of the whole request' }),
        }),
      )
      .meta({ description: 'one for each command, in their order' }),
  }),
);

type Result = z.output<typeof commandResults>['result'][number];

export interface GivenCommand {
  readonly type: string;
  readonly option: Readonly<Record<string, unknown>>;
}

export interface Obeying {
  readonly orders: ReadonlyMap<string, Order>;
  readonly log: Log;
}

/** Obeys one of several commands, which stands at `path` of the request. Never rejects: the next command is another matter. */
export async function resultOf(
  { orders, log }: Obeying,
  callId: string,
  { type, option, path }: GivenCommand & { readonly path: string },
): Promise<Result> {
  const obey = orders.get(type);
  if (!obey) {
    const message = `no such command${didYouMean(type.slice(0, 64), [...orders.keys()])}`;
    return refused(invalid('type', message), path);
  }
  try {
    await obey(callId, option);
    return { status: 200 };
  } catch (error) {
    return refused(knownOf(log, error), `${path}.option`);
  }
}

/** What is wrong in a part of the request, seen from outside. */
function refused(known: AriflowError, base: string): Result {
  const { error } = errorBody(known);
  const details = error.details.map(({ path, message }) => {
    const isKey = path !== '' && !path.startsWith('[');
    return { path: `${base}${isKey ? '.' : ''}${path}`, message };
  });
  return { status: error.status, error: { ...error, details } };
}

function knownOf(log: Log, error: unknown): AriflowError {
  if (error instanceof AriflowError) return error;
  log.error({ error: messageOf(error) }, 'api_defect');
  return new AriflowError('INTERNAL', 'internal error');
}
