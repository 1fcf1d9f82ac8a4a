import type { Simulated } from '../simulator/simulation-options.ts';
import type { ActionStep, EventStep, HeardStep, InputStep, RequestStep, Step } from '../simulator/steps.ts';

/** A step for people; nothing where others have said it. */
export function stepLine(step: Step): string | undefined {
  const text = textOf(step);
  return text === undefined ? undefined : `${timeOf(step.at)}  ${text}`;
}

/** How it has ended. */
export function endLine({ ended: { how, reason, at }, isGood }: Simulated): string {
  const ways = {
    flow: 'the flow has ended the call',
    caller: 'the caller has hung up',
    failed: 'the call has failed',
    stuck: 'the call would go on for ever',
    limit: 'it was cut short',
  };
  const why = reason === '' || reason === 'normal' ? '' : ` (${reason})`;
  return `${timeOf(at)}  ${ways[how]}${why}${isGood ? '' : ': not as a flow should'}`;
}

function textOf(step: Step): string | undefined {
  switch (step.kind) {
    case 'action':
      return actionText(step);
    case 'failed':
      return `✗ ${step.type} failed: ${step.code}: ${step.message}`;
    case 'heard':
      return heardText(step);
    case 'input':
      return inputText(step);
    case 'request':
      return requestText(step);
    case 'called':
      return `☎ ${step.endpoint} is called: ${step.answers}`;
    case 'planned':
      return `planned: ${step.what}`;
    case 'assumed':
      return `assumed: ${step.what}${step.option && ` (${step.option} says otherwise)`}`;
    case 'answered':
      return 'answered';
    case 'hungup':
      return `hung up by the ${step.by}`;
    case 'event':
      return messageText(step);
    case 'way':
      return undefined;
    default:
      return step satisfies never;
  }
}

/** An id that was made for it says nothing. */
function actionText({ id, type }: ActionStep): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id) ? `→ ${type}` : `→ ${type} ${id}`;
}

function heardText({ text, isSpeech, heard, length }: HeardStep): string {
  const cut = heard < length ? `, cut off after ${seconds(heard)} of ${seconds(length)}` : '';
  return `hears ${isSpeech ? JSON.stringify(text) : text}${cut}`;
}

function inputText({ did, what }: InputStep): string {
  const acts = {
    press: `presses ${what}`,
    say: `says ${JSON.stringify(what)}`,
    wait: 'does nothing',
    hangup: 'hangs up',
  };
  return `the caller ${acts[did]}`;
}

function requestText({ method, url, status }: RequestStep): string {
  return `⇄ ${method} ${url}: ${status === 0 ? 'no reply' : status}`;
}

/** What is written to people goes nowhere, but is said; other events tell what has its line already. */
function messageText({ type, data }: EventStep): string | undefined {
  if (type !== 'message_created') return undefined;
  const { text, targets = [] } = data as MessageData; // as the simulator tells it
  const to = targets.map(({ target }) => target).join(', ');
  return `✉ ${to && `to ${to}: `}${JSON.stringify(text)}`;
}

interface MessageData {
  readonly text: string;
  /** None in a conversation. */
  readonly targets?: readonly { readonly target: string }[];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** `1:02:03.4` */
function timeOf(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const [minutes, rest] = [Math.floor(tenths / 600), tenths % 600];
  const tail = (rest / 10).toFixed(1).padStart(4, '0');
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${tail}`;
}
