/** How a request goes wrong. */
export interface RequestFault {
  /** Of `POST channels/x/play`, without what is behind the question mark. */
  readonly request: RegExp;
  /** Answered so, and not passed on. */
  readonly status?: number;
  /** Neither passed on nor answered. */
  readonly isLost?: boolean;
  /** Passed on and done, and its answer is lost. */
  readonly isUnanswered?: boolean;
  /** Passed on after so many milliseconds. */
  readonly delay?: number;
  /** How many requests it hits; all by default. */
  times?: number;
}

/** Which requests go wrong, and how. */
export class RequestFaults {
  #faults: RequestFault[] = [];
  /** Lines of those that were hit, oldest first. */
  readonly hit: string[] = [];

  add(fault: RequestFault): void {
    this.#faults.push({ ...fault });
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault that is next for a request. */
  take(method: string, uri: string): RequestFault | undefined {
    const line = `${method} ${uri.split('?', 1)[0]}`;
    const fault = this.#faults.find(({ request }) => request.test(line));
    if (!fault) return undefined;
    this.hit.push(line);
    if (fault.times !== undefined && --fault.times === 0)
      this.#faults = this.#faults.filter((each) => each !== fault);
    return fault;
  }
}

export const answerOfFault = { message: 'fault of the test' };
