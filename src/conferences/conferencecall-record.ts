export const conferencecallStatuses = ['joining', 'joined', 'leaving', 'leaved'] as const;

/** `joining` while the conference's first flow runs; the words are the field's. */
export type ConferencecallStatus = (typeof conferencecallStatuses)[number];

/** A call's time in a conference, as REST and the store show it. */
export interface ConferencecallRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly activeflow_id: string;
  readonly conference_id: string;
  readonly reference_type: 'call';
  readonly reference_id: string;
  readonly status: ConferencecallStatus;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
}
