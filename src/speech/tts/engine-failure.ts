import { ActionError, messageOf } from '../../core/errors.ts';

/** An engine could not speak, and the reason is neither the text nor what was asked of the voice. */
export class EngineFailure extends ActionError {
  /** `lasting`: nor will it speak the next text: a quota is used up, the credentials are refused or have expired. */
  readonly duration: 'passing' | 'lasting';

  constructor(duration: 'passing' | 'lasting', message: string, options?: ErrorOptions) {
    super('SPEECH_FAILED', message, options);
    this.duration = duration;
  }
}

/** Whatever else went wrong while an engine was asked: no connection, audio that is none, a defect of its SDK. */
export function engineFailure(engine: string, cause: unknown): ActionError {
  if (cause instanceof ActionError) return cause;
  return new EngineFailure('passing', `${engine}: ${briefly(cause)}`, { cause });
}

/** An SDK's messages may quote what it was asked for: its own name of the error says enough. */
function briefly(cause: unknown): string {
  if (!(cause instanceof Error)) return 'failed';
  const { name, code } = cause as Error & { code?: unknown }; // as Node has it on errors of its own
  if (name === 'BadAudio') return `not the audio it was asked for: ${messageOf(cause)}`;
  return typeof code === 'string' ? `${name} ${code}` : name;
}
