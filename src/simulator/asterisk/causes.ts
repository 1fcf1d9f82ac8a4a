/** The SIP response of an unanswered leg that ARI hangs up with a Q.850 cause (chan_pjsip's table). */
export function sipStatusOf(cause: number): number {
  const statuses: Readonly<Record<number, number>> = {
    1: 404, 2: 404, 3: 404, 17: 486, 18: 408, 19: 480, 20: 480, 31: 480, 21: 403, 22: 410,
    27: 502, 28: 484, 29: 501, 34: 503, 42: 503, 66: 503, 38: 500, 127: 500, 58: 488,
  }; // biome-ignore format: a table
  return statuses[cause] ?? 603;
}

/** The Q.850 cause that a phone's refusal of an INVITE becomes (res_pjsip's table). */
export function causeOfSip(status: number): number {
  const causes: Readonly<Record<number, number>> = {
    302: 23, 401: 21, 403: 21, 407: 21, 603: 21, 404: 1, 485: 1, 604: 1, 408: 18, 409: 41, 410: 22, 420: 3,
    480: 19, 483: 19, 484: 28, 486: 17, 600: 17, 488: 58, 606: 58, 500: 38, 501: 29, 502: 27, 503: 34, 504: 102,
  }; // biome-ignore format: a table
  return causes[status] ?? (status >= 500 && status < 600 ? 34 : 127);
}
