import * as z from 'zod';
import { AriflowError } from '../core/errors.ts';
import type { ActionJson } from '../flows/action-json.ts';
import type { FlowValidation, Services } from './services.ts';

const mostActions = 1_000;
const maxBytes = 256 * 1_024;

/** A list of actions as a user sends it. */
export const givenActions = z.array(z.unknown()).max(mostActions, `must be at most ${mostActions} actions`);

/** What the engine says of it. @throws AriflowError `TOO_LARGE` */
export function judge({ validateFlow }: Services, actions: readonly unknown[]): FlowValidation {
  if (Buffer.byteLength(JSON.stringify(actions)) <= maxBytes) return validateFlow(actions);
  const message = `must be at most ${maxBytes} bytes of JSON`;
  throw new AriflowError('TOO_LARGE', 'the flow is too large', { details: [{ path: 'actions', message }] });
}

/** As they are stored and run. @throws AriflowError naming everything that is wrong with them */
export function goodActions(services: Services, given: readonly unknown[]): readonly ActionJson[] {
  const { actions, problems } = judge(services, given);
  if (problems.length === 0) return actions;
  throw new AriflowError('INVALID_ARGUMENT', 'the flow has problems', { details: problems });
}
