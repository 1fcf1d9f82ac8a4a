import type { Admission } from '../calls/admission.ts';
import type { Store } from '../storage/store.ts';

export interface Readiness {
  readonly ready: boolean;
  readonly checks: {
    readonly ari: boolean;
    readonly application: boolean;
    readonly store: boolean;
    readonly open: boolean;
  };
  /** Why each that does not hold does not. */
  readonly reasons: string[];
}

interface Connection {
  /** To Asterisk. */
  readonly isConnected: boolean;
  /** Asterisk knows our application. */
  readonly isReady: boolean;
}

/** Whether calls can be taken just now. */
export async function readinessOf(
  { isConnected: ari, isReady: application }: Connection,
  store: Pick<Store, 'trouble'>,
  { closedFor }: Pick<Admission, 'closedFor'>,
): Promise<Readiness> {
  const trouble = await store.trouble();
  const reasons = [
    ...(ari ? [] : ['ari_disconnected']),
    ...(application ? [] : ['application_missing']),
    ...(trouble ? [`store_${trouble}`] : []),
    ...(closedFor ? [closedFor] : []),
  ];
  const checks = { ari, application, store: !trouble, open: !closedFor };
  return { ready: reasons.length === 0, checks, reasons };
}
