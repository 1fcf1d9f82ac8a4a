import * as z from 'zod';
import { AriflowError, messageOf } from '../../core/errors.ts';
import { wording } from '../../core/misfits.ts';
import { didYouMean } from '../../core/nearest.ts';
import { type CallCommand, type CommandType, commandOptions, noOption } from '../../flows/call-command.ts';
import type { Api } from '../api.ts';
import { component } from '../components.ts';
import { flowIdOrNone, flowToRun, givenActions } from '../given-actions.ts';
import { errorBody, errorSchema, invalid, problemsOf } from '../problems.ts';
import { orRefusal } from '../refusal.ts';
import type { Services } from '../services.ts';
import { answers, exampleId, idParams, noBody } from '../shapes.ts';
import { callNow, callShape } from './calls.ts';
import { recordingShape } from './recordings.ts';

/** More in one request are a flow. */
const mostCommands = 20;

const redirection = z
  .strictObject({
    flow_id: flowIdOrNone,
    actions: givenActions.optional().meta({ description: 'count where there is no flow_id' }),
  })
  .meta({ examples: [{ flow_id: exampleId }] });

const kinds = [...Object.keys(commandOptions), 'redirect', 'hangup'];

const commands = z.strictObject({
  commands: z
    .array(
      z.strictObject({
        type: z
          .string()
          .meta({ description: kinds.map((kind) => `\`${kind}\``).join(', '), examples: ['talk'] }),
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

const results = component(
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

type Result = z.output<typeof results>['result'][number];

interface CommandRoute {
  readonly method: 'post' | 'delete';
  /** `POST calls/{id}/{name}` */
  readonly name: string;
  readonly type: CommandType;
  readonly operationId: string;
  readonly summary: string;
}

const post = (type: CommandType, operationId: string, summary: string): CommandRoute => ({
  method: 'post',
  name: type,
  type,
  operationId,
  summary,
});

/** Of what a command undoes, the name is that of what did it. */
const undo = (name: CommandType, type: CommandType, operationId: string, summary: string): CommandRoute => ({
  method: 'delete',
  name,
  type,
  operationId,
  summary,
});

/** Those on the call itself are answered when they are accepted; they are done one after the other. */
const onCall: readonly CommandRoute[] = [
  post('talk', 'talkToCall', 'Say something to a call'),
  post('play', 'playToCall', 'Play sounds to a call'),
  post('digits', 'sendDigitsToCall', 'Send digits to a call'),
  post('hold', 'holdCall', 'Tell the phone that it is on hold'),
  undo('hold', 'unhold', 'unholdCall', 'Tell the phone that it is no longer on hold'),
  post('mute', 'muteCall', 'Keep the others from hearing a call, it from hearing them, or both'),
  undo('mute', 'unmute', 'unmuteCall', 'Undo that'),
  post('moh', 'startMusicOnCall', 'Let a call hear music on hold'),
  undo('moh', 'moh_stop', 'stopMusicOnCall', 'Stop the music'),
];

const ofRecordings: readonly CommandRoute[] = [
  post('recording_start', 'startRecordingCall', 'Record a call'),
  post('recording_stop', 'stopRecordingCall', 'End a recording of a call'),
  post('recording_pause', 'pauseRecordingCall', 'Pause a recording of a call'),
  post('recording_resume', 'resumeRecordingCall', 'Go on with a paused recording of a call'),
];

const tags = ['calls'];

/** What can be done with a live call, beside its flow. */
export function callCommandRoutes(api: Api, services: Services): void {
  for (const { method, name, type, operationId, summary } of onCall) {
    const schema = {
      tags,
      operationId,
      summary,
      params: idParams,
      body: bodyOf(type),
      response: answers(callShape),
    };
    api[method](`/calls/:id/${name}`, { schema }, async ({ params, body }) => {
      await callNow(services, params.id);
      await perform(services, params.id, commandOf(type, body ?? {}));
      return callNow(services, params.id);
    });
  }

  for (const { name, type, operationId, summary } of ofRecordings) {
    const schema = {
      tags,
      operationId,
      summary,
      params: idParams,
      body: bodyOf(type),
      response: answers(recordingShape),
    };
    api.post(`/calls/:id/${name}`, { schema }, async ({ params, body }) => {
      await callNow(services, params.id);
      const recordingId = await perform(services, params.id, commandOf(type, body ?? {}));
      return services.recordings.get(recordingId ?? '');
    });
  }

  const redirecting = { tags, params: idParams, body: redirection, response: answers(callShape) };
  api.post(
    '/calls/:id/redirect',
    { schema: { ...redirecting, operationId: 'redirectCall', summary: 'Send a call to another flow' } },
    async ({ params, body }) => {
      await callNow(services, params.id);
      await redirect(services, params.id, body);
      return callNow(services, params.id);
    },
  );

  const severally = { tags, params: idParams, body: commands, response: answers(results) };
  api.post(
    '/calls/:id/commands',
    {
      schema: {
        ...severally,
        operationId: 'commandCall',
        summary: 'Do several things with a call, each with its own result',
      },
    },
    async ({ params, body }) => {
      await callNow(services, params.id);
      const result: Result[] = [];
      for (const [index, command] of body.commands.entries())
        result.push(await resultOf(services, params.id, { ...command, path: `commands[${index}]` }));
      return { result };
    },
  );
}

/** An option whose every field may be missing may be missing itself. */
function bodyOf(type: CommandType): z.ZodType<object | null | undefined> {
  const option: z.ZodObject = commandOptions[type];
  if (option === noOption) return noBody;
  return option.safeParse({}).success ? option.nullish() : option;
}

interface GivenCommand {
  readonly type: string;
  readonly option: Readonly<Record<string, unknown>>;
  /** Where in the request it stands. */
  readonly path: string;
}

/** Never rejects: the next command is another matter. */
async function resultOf(
  services: Services,
  callId: string,
  { path, ...given }: GivenCommand,
): Promise<Result> {
  if (!kinds.includes(given.type)) {
    const message = `no such command${didYouMean(given.type.slice(0, 64), kinds)}`;
    return refused(invalid('type', message), path);
  }
  try {
    await obey(services, callId, given);
    return { status: 200 };
  } catch (error) {
    return refused(knownOf(services, error), `${path}.option`);
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

function knownOf({ log }: Services, error: unknown): AriflowError {
  if (error instanceof AriflowError) return error;
  log.error({ error: messageOf(error) }, 'api_defect');
  return new AriflowError('INTERNAL', 'internal error');
}

async function obey(
  services: Services,
  callId: string,
  { type, option }: Omit<GivenCommand, 'path'>,
): Promise<void> {
  if (type === 'redirect') return redirect(services, callId, parsed(redirection, option));
  if (type === 'hangup') {
    parsed(noOption, option);
    services.liveCalls.hangup(callId);
    return;
  }
  await perform(services, callId, commandOf(type as CommandType, option));
}

/** @throws AriflowError naming what is wrong with its option */
function commandOf(type: CommandType, option: unknown): CallCommand {
  const schema: z.ZodType = commandOptions[type];
  return { type, option: parsed(schema, option) } as CallCommand; // the schema is that of its type
}

function parsed<T>(schema: z.ZodType<T>, option: unknown): T {
  const result = schema.safeParse(option, wording);
  if (result.success) return result.data;
  const details = problemsOf(result.error);
  const [first] = details;
  const message = `${first?.path || 'option'}: ${first?.message}`;
  throw new AriflowError('INVALID_ARGUMENT', message, { details });
}

/** Resolves to the id of the recording it is about, if it is about one. */
async function perform(
  services: Services,
  callId: string,
  command: CallCommand,
): Promise<string | undefined> {
  return orRefusal(services.liveCalls.perform(callId, command));
}

async function redirect(
  services: Services,
  callId: string,
  { flow_id, actions }: z.output<typeof redirection>,
): Promise<void> {
  const flow = await flowToRun(services, flow_id, actions);
  await orRefusal(services.liveCalls.redirect(callId, flow));
}
