import { withHoldMusic } from '../calls/hold-music.ts';
import { ActionError } from '../core/errors.ts';
import { orAbort } from '../core/wait.ts';
import { exchange, longestExchange } from '../flow-requests/exchange.ts';
import { webhookEscape } from '../flow-requests/format.ts';
import { internalResult } from '../flow-requests/internal-result.ts';
import { prepare } from '../flow-requests/prepare.ts';
import { namesSet, pathProblems } from '../flow-requests/response-map.ts';
import {
  namesOfResults,
  resultOf,
  resultVariables,
  unsent,
  type WebhookResult,
} from '../flow-requests/result.ts';
import { isInternal, type WebhookOption, webhookOption } from '../flow-requests/webhook-option.ts';
import { type ActionContext, defineAction, type Outcome } from '../flows/action.ts';
import { goTo, isNowhereWritten } from '../flows/go-to.ts';
import { keptEnd } from '../flows/kept-end.ts';
import type { Assignments } from '../flows/reading/assignments.ts';
import { WebhookFailure } from '../flows/reading/webhook-failure.ts';
import { objectIn, referenceAt } from '../flows/written.ts';
import type { UserReply } from '../ports/http.ts';
import { musicOf } from '../ports/music.ts';

export default defineAction({
  type: 'webhook_send',
  summary:
    'Sends a request to a URL. With `sync` it waits for the reply, sets variables from it and goes where the result says.',
  needs: 'nothing',
  option: webhookOption,
  example: {
    sync: true,
    uri: 'https://test.com',
    method: 'POST',
    data_type: 'application/json',
    data: '{"destination_number": "${voipbin.call.destination.target}", "source_number": "${voipbin.call.source.target}"}',
  },
  targets: ['success_id', 'failure_id'],
  goesOn: ({ sync, success_id, response }) =>
    sync !== true || isNowhereWritten(success_id) || objectIn(response).type === 'actions',
  urls: ['uri'],
  internalUrls: 'internal:',
  escape: webhookEscape,
  sets: namesSet,
  results: namesOfResults,
  problems: pathProblems,
  refersTo: (written) => referenceAt(written, 'webhook_id', 'webhook'),

  async run(context, option) {
    try {
      const { variables, user, ports, signal } = context;
      if (isInternal(option.uri)) {
        const otherParty = variables.get('call.cli.number');
        const call = { variables, user, otherParty, data: option.data, ports, uuid: context.uuid };
        const read = (reply: UserReply) => context.readVariables(reply, option.response);
        const done = await orAbort(internalResult(option.uri, call, read), signal);
        return await finish(context, option, done);
      }
      const prepared = await orAbort(prepare(context, option), signal);
      if (!option.sync) {
        // Once begun it is carried out; whoever hangs up only does not wait for it.
        await orAbort(ports.later.send(prepared), signal);
        return { go: 'next' };
      }
      return await finish(context, option, await runExternal(context, option, prepared));
    } catch (error) {
      if (!(error instanceof WebhookFailure)) throw error;
      return finish(context, option, { result: unsent(error), set: [] });
    }
  },
});

const longestReply = 1_048_576;

interface Done {
  readonly result: WebhookResult;
  readonly set: Assignments;
  readonly outcome?: Outcome;
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Begun again, the same request is made once more, with the same id: its reply was lost with the daemon that waited for it. */
async function runExternal(
  context: ActionContext,
  option: WebhookOption,
  { request, timeout, retries, hasAuth, sign }: Prepared,
): Promise<Done> {
  const { call, ports, signal, keep, left } = context;
  const trying = { http: ports.http, retries, until: keptEnd({ keep, left }, longestExchange), signal, sign };
  const send = () => exchange({ ...request, timeout, maxBytes: longestReply }, trying);
  const done = await (call && option.hold_music
    ? withHoldMusic(call, { music: musicOf(ports, option.music), signal }, send)
    : send());
  context.asked({ request, ...done });
  let set: Assignments = [];
  let outcome: Outcome | undefined;
  const result = await resultOf(done, hasAuth, async (reply) => {
    if (option.response?.type === 'actions')
      outcome = { go: 'into', actions: await context.readActions(reply) };
    else set = await context.readVariables(reply, option.response);
  });
  return { result, set: result.failure ? [] : set, ...(outcome && { outcome }) };
}

/** Sets the variables and says where the flow goes. @throws ActionError for what has failed */
async function finish(
  context: ActionContext,
  option: WebhookOption,
  { result, set, outcome }: Done,
): Promise<Outcome> {
  const { variables, user, signal } = context;
  const told = option.sync ? resultVariables(result) : {};
  try {
    for (const [name, value] of set) await orAbort(user.set(name, value), signal);
  } finally {
    variables.note(told);
    if (option.persist) variables.keep([...set.map(([name]) => name), ...Object.keys(told)]);
  }
  const { failure } = result;
  if (failure) throw new ActionError(failure.reason, failure.message, { goTo: option.failure_id });
  return outcome ?? goTo(option.success_id);
}
