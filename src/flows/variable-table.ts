import { addressTypes } from '../calls/address.ts';
import { callStatuses, hangupReasons } from '../calls/call-record.ts';
import { hearingProviders } from '../ports/hearing-option.ts';
import { askingVariables } from './asking-variables.ts';
import { recordedVariables } from './recorded-variables.ts';
import {
  anything,
  boolean,
  idOf,
  keys,
  like,
  number,
  oneOf,
  time,
  uuid,
  type Values,
} from './variable-values.ts';

/** Variables that are set, or known, at the same time. */
interface Group {
  readonly title: string;
  /** When that is. */
  readonly when: string;
  readonly variables: Readonly<Record<string, Values>>;
}

const response = {
  status: oneOf('SUCCESS', 'FAILED'),
  statusCode: number('the HTTP status, such as `200`; empty without a reply'),
  statusType: {
    ...oneOf('', 'INFORMATIONAL', 'SUCCESSFUL', 'REDIRECTION', 'CLIENT_ERROR', 'SERVER_ERROR'),
    text: 'empty on `SUCCESS` and without a reply; else `INFORMATIONAL`, `SUCCESSFUL` (a 2xx that is no good reply), `REDIRECTION`, `CLIENT_ERROR`, `SERVER_ERROR`',
  },
  duration: number('seconds of the last try, such as `0.11`'),
  raw: anything('the reply as text, up to 64 KiB; `null` where it is empty'),
  reason: oneOf(
    '',
    ...['AUTHENTICATION_FAILURE', 'TIMEOUT', 'INVALID_FLOW_VAR', 'INVALID_REQUEST', 'INVALID_RESPONSE'],
    ...['INVALID_RESPONSE_MAP', 'REDIRECTION', 'CLIENT_ERROR', 'SERVER_ERROR', 'UNREACHABLE'],
  ),
} as const;

/**
 * Every variable that is set or known without a flow's own doing. What sets one takes its name from here, a page of the
 * documentation is written from here, and flows are checked against it.
 */
export const variableTable = {
  flow: {
    title: 'The flow',
    when: 'Always.',
    variables: {
      'voipbin.activeflow.id': uuid,
      'voipbin.activeflow.flow_id': idOf('a UUID; zeros for actions without a stored flow'),
      'voipbin.activeflow.reference_type': oneOf('call', 'api'),
      'voipbin.activeflow.reference_id': idOf('the id of the call; zeros without one'),
    },
  },
  call: {
    title: 'The call',
    when: 'On a call, from its first moment, as they are when they are read. In a flow that runs after one has ended (`on_complete_flow_id`): as they were at its end.',
    variables: {
      'voipbin.call.id': uuid,
      'voipbin.call.direction': oneOf('incoming', 'outgoing'),
      'voipbin.call.status': oneOf(...callStatuses),
      'voipbin.call.hold': { ...boolean, text: '`true` while the phone holds us, else `false`' },
      'voipbin.call.held': { ...boolean, text: '`true` while we hold the phone (`hold`), else `false`' },
      'voipbin.call.mute': {
        ...oneOf('', 'in', 'out', 'both'),
        text: 'which way the call is muted (`mute`): `in`, `out`, `both`; empty where it is not',
      },
      'voipbin.call.moh': anything(
        'the music on hold that the caller hears (`moh`): `default`, or the sound that was named; empty without',
      ),
      'voipbin.call.master_call_id': idOf('the call this one was made for; zeros without one'),
      'voipbin.call.tm_create': time,
      'voipbin.call.source.type': oneOf(...addressTypes),
      'voipbin.call.source.target': anything('who calls: a number, a SIP address, an extension; `anonymous`'),
      'voipbin.call.source.target_name': anything('the name of who calls'),
      'voipbin.call.source.name': anything('as `POST /calls`, `connect` or `call` gave it'),
      'voipbin.call.source.detail': anything('likewise'),
      'voipbin.call.destination.type': oneOf(...addressTypes),
      'voipbin.call.destination.target': anything('who is called'),
      'voipbin.call.destination.target_name': anything('the name of who is called'),
      'voipbin.call.destination.name': anything('as `POST /calls`, `connect` or `call` gave it'),
      'voipbin.call.destination.detail': anything('likewise'),
      'call.cli': anything('the number of the other party'),
      'call.cli.number': anything('the same'),
      'call.state': { ...oneOf(...callStatuses), text: 'as `voipbin.call.status`' },
      'call.start': { ...time, text: 'as `voipbin.call.tm_create`' },
    },
  },
  digits: {
    title: 'Digits',
    when: 'By `digits_receive`; what was said only where it hears `speech`.',
    variables: {
      'voipbin.call.digits': keys,
      'voipbin.digits_receive.result': oneOf('length', 'key', 'timeout', 'speech'),
      'voipbin.call.speech': anything('what was said; empty where nothing was'),
      'voipbin.call.speech_confidence': number('0 to 1, such as `0.87`; empty where the engine does not say'),
    },
  },
  ...askingVariables,
  connect: {
    title: 'Connecting',
    when: 'By `connect` and `agent_call`: when they begin (`failed`), when somebody has answered, and when they are over.',
    variables: {
      'voipbin.connect.status': oneOf('answered', 'busy', 'noanswer', 'cancel', 'failed'),
      'voipbin.connect.call_id': idOf('the call that answered, or failed last; or empty'),
      'voipbin.connect.hangup_reason': oneOf(...hangupReasons),
      'voipbin.connect.sip_code': number(
        'the SIP response, such as `486`; `0` where none came, empty until then',
      ),
      'voipbin.connect.duration': number('milliseconds they talked; `0` while they do'),
    },
  },
  party: {
    title: 'Who has answered',
    when: 'By `connect`, `agent_call` and `queue_join`, when somebody has answered.',
    variables: { 'call.agent.dnis.number': anything('his number, address or extension') },
  },
  queue: {
    title: 'The queue',
    when: 'By `queue_join`, when the call has come into the queue.',
    variables: {
      'voipbin.queue.id': uuid,
      'voipbin.queue.name': anything('as the queue is called'),
      'voipbin.queue.detail': anything('as the queue is described'),
    },
  },
  queuecall: {
    title: 'The place in a queue',
    when: 'By `queue_join`, from the coming of the call to its leaving, whenever they change; its wait flow reads them too.',
    variables: {
      'voipbin.queuecall.id': uuid,
      'voipbin.queuecall.status': oneOf('wait', 'entering', 'service', 'done', 'abandoned'),
      'voipbin.queuecall.agent_id': idOf('the agent who is rung, or talks; zeros: nobody'),
      'voipbin.queuecall.priority': number('0 to 1000'),
      'voipbin.queuecall.timeout_wait': number('milliseconds; `0`: no limit'),
      'voipbin.queuecall.timeout_service': number('milliseconds; `0`: no limit'),
      'voipbin.queuecall.duration_waiting': number('milliseconds; `0` until somebody answers or it leaves'),
      'voipbin.queuecall.duration_service': number('milliseconds; `0` until it leaves'),
      'voipbin.queuecall.reason': oneOf(
        '',
        ...['agent', 'hangup', 'failed', 'flow', 'kicked', 'wait_timeout', 'service_timeout', 'empty'],
        ...['callback', 'callback_failed', 'callback_timeout'],
      ),
      'voipbin.queuecall.position': number('`1` for the next; `0` when it is in the line no longer'),
      'voipbin.queuecall.estimated_wait': number('milliseconds; empty where that cannot be said'),
      'voipbin.queuecall.estimated_wait_seconds': number('the same in whole seconds'),
      'voipbin.queuecall.estimated_wait_minutes': number('the same in whole minutes, rounded up'),
    },
  },
  chatbot: {
    title: 'Talking with a chatbot',
    when: 'By `chatbot_talk`, when it begins (`failed`), and when it is over.',
    variables: {
      'voipbin.chatbot.id': uuid,
      'voipbin.chatbot.result': {
        ...oneOf('ended', 'target', 'duration', 'failed'),
        text: '`ended` by the chatbot, `target`: it chose one, `duration`: the time was up, `failed`',
      },
      'voipbin.chatbot.turns': number('how often the caller has said something'),
      'voipbin.chatbot.target': anything('the name of the target that was chosen; else empty'),
    },
  },
  refer: {
    title: 'Sent elsewhere',
    when: 'By `sip_refer`, when it begins (`failed`), and when it is over.',
    variables: {
      'voipbin.refer.result': oneOf('transferred', 'failed', 'timeout'),
      'voipbin.refer.sip_code': number('what the phone got there, or its own refusal; `0`: none told'),
    },
  },
  amd: {
    title: 'Answering machines',
    when: 'By `amd`, with its verdict; with `async` while the flow goes on.',
    variables: {
      'voipbin.amd.status': oneOf('HUMAN', 'MACHINE', 'NOTSURE'),
      'voipbin.amd.cause': like(
        /^[A-Z]/,
        "Asterisk's words, such as `LONGGREETING-1500-1500`; `BEEP`, `TIMEOUT`",
      ),
      'voipbin.amd.duration': number('milliseconds'),
    },
  },
  ...recordedVariables,
  transcribe: {
    title: 'Transcriptions',
    when: 'By `transcribe_start`, when it has begun, and by `transcribe_recording`: of the newest recording.',
    variables: {
      'voipbin.transcribe.id': uuid,
      'voipbin.transcribe.language': anything('as it was asked for'),
      'voipbin.transcribe.direction': oneOf('both', 'in', 'out'),
      'voipbin.transcribe.provider': {
        ...oneOf('', ...hearingProviders),
        text: 'who hears it; of a recording who was asked for, or empty',
      },
    },
  },
  externalMedia: {
    title: 'External media',
    when: 'By `external_media_start`.',
    variables: {
      'voipbin.external_media.id': uuid,
      'voipbin.external_media.local_ip': anything('where the host reaches us; else empty'),
      'voipbin.external_media.local_port': number('its port; `0` where the host does not come to us'),
      'voipbin.external_media.media_uri': anything('the WebSocket the host is to open; else empty'),
    },
  },
  message: {
    title: 'The message',
    when: 'In the flow of a number for messages (`message_flow_id`).',
    variables: {
      'voipbin.message.id': uuid,
      'voipbin.message.source': anything('who has written: a number, an extension, `user@host`'),
      'voipbin.message.destination': anything('the number he has written to'),
      'voipbin.message.text': anything('what he has written'),
      'voipbin.message.source_type': oneOf('tel', 'sip', 'extension'),
      'voipbin.message.conversation_id': uuid,
    },
  },
  webhook: {
    title: 'Replies to `webhook_send`',
    when: 'By `webhook_send` with `sync: true`, also where it fails.',
    variables: {
      'flow.key.response_status': response.status,
      'flow.key.response_status_code': response.statusCode,
      'flow.key.response_status_type': response.statusType,
      'flow.key.response_duration': response.duration,
      'flow.key.response_raw': response.raw,
      'flow.key.response_error': boolean,
      'flow.key.error_reason': response.reason,
      'voipbin.webhook.response_status': response.status,
      'voipbin.webhook.response_status_code': response.statusCode,
      'voipbin.webhook.response_status_type': response.statusType,
      'voipbin.webhook.response_duration': response.duration,
      'voipbin.webhook.response_raw': response.raw,
      'voipbin.webhook.response_error': boolean,
      'voipbin.webhook.error_reason': response.reason,
    },
  },
  internal: {
    title: 'Internal webhooks',
    when: 'By the internal webhooks `internal:createOutbound` and `internal:updatePauseStatusForCLI`.',
    variables: {
      'flow.key.obdResponseCode': number('`200`, or the code of the failure'),
      'flow.key.obdReqID': anything('an id of the request; empty where it failed'),
      'flow.key.obdPhononUUID': idOf('the activeflow of the first call; empty where it failed'),
      'flow.key.cli_pause_update': boolean,
    },
  },
  asker: {
    title: 'Who asked for an outgoing flow',
    when: 'In a flow that `internal:createOutbound` has started.',
    variables: {
      'flow.syskey.securityID': anything('as the flow that asked for it had it'),
      'flow.syskey.clientID': anything('likewise'),
    },
  },
  error: {
    title: 'Failures',
    when: 'When an action fails; they stay until the next one fails.',
    variables: {
      'voipbin.action.error.type': anything('the type of the action'),
      'voipbin.action.error.id': anything('its id'),
      'voipbin.action.error.code': like(/^([A-Z][A-Z0-9_]*|loop_detected)$/, 'such as `NOT_FOUND`'),
      'voipbin.action.error.message': anything('what went wrong, for people'),
    },
  },
} as const satisfies Readonly<Record<string, Group>>;

type Table = typeof variableTable;

/** The name of a variable that we set, or know. */
export type VariableName = { [G in keyof Table]: keyof Table[G]['variables'] }[keyof Table];

/** What each of them can be. */
export const knownVariables: ReadonlyMap<string, Values> = new Map(
  Object.values<Group>(variableTable).flatMap(({ variables }) => Object.entries(variables)),
);
