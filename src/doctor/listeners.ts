import { type Finding, problem, warning } from './finding.ts';

/** A port of ours. */
export interface Listener {
  /** `SIP port 127.0.0.1:5060 (UDP)` */
  readonly port: string;
  /** What says which it is. */
  readonly keys: string;
  /** Whether the program that is to listen there answers. */
  readonly isUp: boolean;
  /** Why nobody else can listen there, in words; nothing where anybody could. */
  readonly problem: string | undefined;
}

/** Ports that somebody else has, and those that ours should have and has not. */
export function listenerFindings(listeners: readonly Listener[]): readonly Finding[] {
  return listeners.flatMap(({ port, keys, isUp, problem: why }) => {
    if (isUp && why === undefined)
      return [
        warning('ports', `nobody listens at the ${port}, though Asterisk runs: its log says why (${keys})`),
      ];
    if (isUp || why === undefined) return [];
    return [
      problem(
        'ports',
        `the ${port} ${why}, and not by one of ours that answers: stop what has it, or set ${keys}`,
      ),
    ];
  });
}
