/**
 * Milliseconds since 1970, with fractions and never going back within this process. Every time in the test support
 * (SIP, RTP, webhooks, logs) is on this one clock, so they can be compared.
 */
export function wallTime(): number {
  return performance.timeOrigin + performance.now();
}
