/** What is known of a leg of ours that was refused. */
export interface Refused {
  /** Whether its far end has rung, or sent early media. */
  readonly hasRung: boolean;
  /** How long ago the call was begun, in milliseconds. */
  readonly age: number;
  /** Whether the name of its host means no address. */
  readonly isUnresolved: boolean;
}

/** So long an INVITE is sent again where nobody answers at all (RFC 3261, timer B); then Asterisk itself says 408. */
const silence = 31_500;

/** The response that the far end sent; 0 where what Asterisk tells (`tech_cause`) is a code of its own that nobody sent. */
export function farResponse(told: number | undefined, { hasRung, age, isUnresolved }: Refused): number {
  if (told === 503 && isUnresolved) return 0;
  if (told === 408 && !hasRung && age >= silence) return 0;
  return told ?? 0;
}
