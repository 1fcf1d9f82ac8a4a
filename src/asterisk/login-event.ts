import { isIP } from 'node:net';

/** What Asterisk's security log says of somebody who has to say who he is. */
export interface LoginEvent {
  readonly isFailure: boolean;
  readonly reason: LoginFailure | 'login';
  readonly address: string;
}

/** `credentials`: a wrong password, or no such user; `refused`: he may not do this from where he is. */
export type LoginFailure = 'credentials' | 'refused';

const reasons: Readonly<Record<string, LoginEvent['reason']>> = {
  ChallengeResponseFailed: 'credentials',
  InvalidPassword: 'credentials',
  InvalidAccountID: 'credentials',
  FailedACL: 'refused',
  SuccessfulAuth: 'login',
};

/**
 * Reads a line of Asterisk's security log; nothing where it tells of neither. The fields that say who, and what he has sent, are
 * not looked at. Before the address comes nothing that could be taken for it: a name and a Call-ID have no `=`.
 */
export function loginEvent(line: string): LoginEvent | undefined {
  const match =
    /SecurityEvent="(\w+)",.*?,Service="PJSIP",.*?,RemoteAddress="IPV[46]\/\w+\/([\da-fA-F:.]+)\/\d+"/.exec(
      line,
    );
  const reason = reasons[match?.[1] ?? ''];
  const address = match?.[2] ?? '';
  if (!reason || isIP(address) === 0) return undefined;
  return { isFailure: reason !== 'login', reason, address };
}
