import type { ErrorReason } from './error-reasons.ts';

/** What there is to know of a code, for whoever writes flows and for whoever handles the failure. */
export interface CodeMeaning {
  /** When an action fails with it, as documented. */
  readonly meaning: string;
  /** What a request that fails by it is answered; a wrong request (`INVALID_ARGUMENT`) unless said. */
  readonly reason?: ErrorReason;
  /** Whether the same may succeed later without anybody changing it. */
  readonly isPassing?: true;
  /** What the values of variables may have made wrong: any of the option, or a URL in it. */
  readonly faultOf?: 'option' | 'url';
}

/** Why an action can fail: every code of `voipbin.action.error.code`. A code is part of the contract, and stays as it is. */
export const actionCodes = {
  AGENT_AWAY: { meaning: 'the agent takes a break', reason: 'CONFLICT', isPassing: true },
  ALREADY_IN_QUEUE: { meaning: 'the call waits in a queue already' },
  ALREADY_TRANSCRIBING: {
    meaning: 'this is being transcribed already, in this direction',
    reason: 'CONFLICT',
  },
  AMD_FAILED: { meaning: 'Asterisk does not analyse who has answered, or comes to no verdict' },
  ANSWER_FAILED: { meaning: 'Asterisk does not answer the call' },
  ASTERISK_AWAY: { meaning: 'Asterisk is not connected', reason: 'UNAVAILABLE', isPassing: true },
  ASTERISK_FAILED: { meaning: 'Asterisk does not do what the action asks for' },
  AUTHENTICATION_FAILURE: { meaning: 'the server answered 401 or 403 to a request with `auth`' },
  BRIDGE_FAILED: { meaning: 'Asterisk does not bring the calls together, or does not part them' },
  CALLS_TOO_FAST: {
    meaning: 'more calls in a second than `ARIFLOW_OUTBOUND_CPS` allows',
    reason: 'RATE_LIMITED',
    isPassing: true,
  },
  CALL_CHAIN_TOO_LONG: { meaning: 'calls of flows make calls of flows, too many one after another' },
  CALL_MADE_ALREADY: { meaning: 'somebody else has made this call of a later time, or given it up' },
  CALL_TOO_LATE: { meaning: 'a call of a later time could not be made within an hour of it' },
  CHATBOT_KEY_UNREADABLE: {
    meaning: "the key of the chatbot's server was stored with another `ARIFLOW_SECRET_KEY`, or is damaged",
  },
  CHATBOT_SILENT: {
    meaning: 'the chatbot answered without words, and asked for nothing that can be done',
    isPassing: true,
  },
  CLIENT_ERROR: { meaning: 'the server answered with a status of 400 or above', faultOf: 'url' },
  CONFBRIDGE_FULL: { meaning: 'as many calls as may be are in the confbridge', isPassing: true },
  DESTINATION_NOT_ALLOWED: {
    meaning: '`ARIFLOW_OUTBOUND_ALLOW` does not let calls go there',
    reason: 'PERMISSION_DENIED',
  },
  DIALPLAN_FAILED: { meaning: 'Asterisk does not take the call back into its dialplan' },
  DIAL_FAILED: { meaning: 'Asterisk made no channel for the call' },
  DIGITS_NOT_SENT: { meaning: 'Asterisk does not send digits to the call' },
  ECHO_FAILED: { meaning: 'Asterisk does not let the caller hear himself' },
  EXTERNAL_MEDIA_FAILED: { meaning: 'Asterisk does not carry the audio of the call, or the host went away' },
  FLOW_NOT_FOUND: { meaning: 'there is no flow of this id to run on a call' },
  HEARING_FAILED: {
    meaning: 'nobody can hear what is said: no engine that listens is there, or it failed',
    reason: 'UNAVAILABLE',
    isPassing: true,
  },
  HINTS_NEEDED: {
    meaning: 'the engine hears given phrases only, and none are given, or one of words it does not know',
  },
  HOLD_FAILED: { meaning: 'Asterisk does not put the call on hold, or does not take it back' },
  HOST_BLOCKED: { meaning: 'the host has an address that is not allowed' },
  HOST_UNKNOWN: { meaning: 'the name of the host has no address' },
  INTERNAL: { meaning: 'a defect; the log says more' },
  INVALID_DESTINATION: { meaning: 'this is no address that can be called', faultOf: 'option' },
  INVALID_FLOW: { meaning: 'the actions that a server replied with are wrong; the message says where' },
  INVALID_FLOW_VAR: { meaning: 'a variable that is needed has no value; nothing was sent' },
  INVALID_HOST: { meaning: 'this is no host with a port', faultOf: 'option' },
  INVALID_MEDIA: {
    meaning: 'what was fetched is no WAV and no MP3, or there is no sound in it',
    faultOf: 'option',
  },
  INVALID_OPTION: { meaning: 'with the values of its variables the option is wrong; the message says where' },
  INVALID_REQUEST: {
    meaning: 'what was to be sent is no request, or its URL leads where none may go',
    faultOf: 'option',
  },
  INVALID_RESPONSE: { meaning: 'the reply is not what it was to be, or too large', isPassing: true },
  INVALID_RESPONSE_MAP: { meaning: 'a path leads nowhere though it is `mandatory`, or cannot be followed' },
  INVALID_TARGET: { meaning: 'the flow cannot go on there', faultOf: 'option' },
  INVALID_TEXT: {
    meaning: 'the text is empty, too long, or SSML with something that is not allowed',
    faultOf: 'option',
  },
  LISTEN_FAILED: { meaning: 'Asterisk does not send the audio of the call' },
  MEDIA_FAILED: { meaning: 'the audio could not be converted, or stored' },
  MEDIA_TOO_LARGE: { meaning: 'the audio is larger or longer than it may be' },
  MESSAGES_TOO_FAST: {
    meaning: 'more messages of one source in a second than are taken',
    reason: 'RATE_LIMITED',
    isPassing: true,
  },
  MESSAGE_FAILED: { meaning: 'the message could not be delivered; the message says why' },
  MOH_FAILED: { meaning: 'Asterisk does not begin, or does not end, music on hold' },
  MUTE_FAILED: { meaning: 'Asterisk does not mute the call, or does not unmute it', reason: 'UNAVAILABLE' },
  NOT_FOUND: { meaning: 'what the option names by its id is not there' },
  NOT_IN_QUEUE: { meaning: 'the call does not wait in a queue' },
  NO_ADDRESS: { meaning: 'there is no address to call', faultOf: 'option' },
  NO_PORT: { meaning: 'all ports for audio are in use', isPassing: true },
  NO_SMS_GATEWAY: { meaning: 'there is no gateway for SMS: `ARIFLOW_SMS_URL`' },
  NO_SOURCE: { meaning: 'a flow without a call must say who calls', faultOf: 'option' },
  NO_TRUNK: { meaning: 'there is no trunk that takes the telephone number' },
  OVERHEARING_FAILED: { meaning: 'Asterisk does not pass on what a call is told' },
  OVERLOADED: {
    meaning: 'as many calls as may be are under way: `ARIFLOW_LIMIT_CALLS` and the other limits',
    reason: 'UNAVAILABLE',
    isPassing: true,
  },
  PLAYBACK_FAILED: { meaning: 'Asterisk could not play it' },
  RECORDING_FAILED: { meaning: 'Asterisk does not record the call', reason: 'UNAVAILABLE' },
  RECORDING_NOT_FOUND: { meaning: 'there is no recording of this name to be played' },
  REDIRECTION: { meaning: 'the server answered with a status of 300 or above', faultOf: 'url' },
  REFER_FAILED: { meaning: 'Asterisk does not ask the phone to call somewhere else' },
  RESERVED_VARIABLE: { meaning: 'a variable of this name cannot be set' },
  SERVER_ERROR: {
    meaning: 'the server answered with a status of 500 or above',
    isPassing: true,
    faultOf: 'url',
  },
  SHUTTING_DOWN: { meaning: 'the daemon is stopping, or drained', reason: 'UNAVAILABLE', isPassing: true },
  SOURCE_NOT_OURS: { meaning: 'the source of a message is none of the numbers here', faultOf: 'option' },
  SPEECH_FAILED: { meaning: 'no engine could speak the text', reason: 'UNAVAILABLE' },
  STORE_FAILED: {
    meaning: 'what was to be done later, or has come in, could not be stored',
    reason: 'UNAVAILABLE',
  },
  STORE_UNAVAILABLE: {
    meaning: 'a call could not be written down, or an agent not be looked up, and nobody was called',
  },
  SUBSTITUTION_TOO_LONG: {
    meaning: 'a text, or a whole option, is too long with the values of its variables',
  },
  TIMEOUT: { meaning: 'no reply came in time', isPassing: true, faultOf: 'url' },
  TOO_MANY_CALLBACKS: { meaning: 'as many as may be wait to be called back in this queue', isPassing: true },
  TOO_MANY_CALLS: {
    meaning:
      'as many calls as may be are out: `ARIFLOW_OUTBOUND_CONCURRENT`, `ARIFLOW_RTP_PORTS`, or the channels of the trunks',
    reason: 'RATE_LIMITED',
    isPassing: true,
  },
  TOO_MANY_EXTERNAL_MEDIA: { meaning: 'the call, or the daemon, has as much external media as it may have' },
  TOO_MANY_MESSAGES: {
    meaning: 'as many messages as may be wait to be sent',
    reason: 'RATE_LIMITED',
    isPassing: true,
  },
  TOO_MANY_PLAYBACKS: { meaning: 'too much waits to be heard on this call' },
  TOO_MANY_RECORDINGS: { meaning: 'the call is recorded as often at once as it may be', reason: 'CONFLICT' },
  TOO_MANY_TRANSCRIPTIONS: {
    meaning: 'as much is being transcribed as may be: `ARIFLOW_TRANSCRIBE_CONCURRENT`',
    reason: 'RATE_LIMITED',
    isPassing: true,
  },
  UNKNOWN_ACTION: { meaning: 'there is no action of this type' },
  UNKNOWN_AGENT: { meaning: 'there is no such agent' },
  UNKNOWN_LANGUAGE: {
    meaning: 'no engine speaks or understands the language, or can read the letters of the text in it',
  },
  UNKNOWN_NUMBER: { meaning: 'nobody is at the number that a message is for', reason: 'NOT_FOUND' },
  UNKNOWN_PROVIDER: {
    meaning: 'this provider cannot be asked here: it has no credentials, or is not installed',
  },
  UNKNOWN_VOICE: { meaning: 'the local engine has no voice or no variant of this name' },
  UNREACHABLE: { meaning: 'no connection, or it broke', isPassing: true, faultOf: 'url' },
  USER_VARIABLES_TOO_LARGE: { meaning: 'the variables of a contact are larger than they may be' },
  VARIABLES_TOO_LARGE: { meaning: 'the variables of the flow are larger than they may be' },
  loop_detected: { meaning: 'the flow runs in a loop, and ends' },
} as const satisfies Readonly<Record<string, CodeMeaning>>;

export type ActionCode = keyof typeof actionCodes;

/** What is known of a code, as far as anything is. */
export function meaningOf(code: ActionCode): CodeMeaning {
  return actionCodes[code];
}
