import type { ActiveflowRecord } from './activeflow-record.ts';
import type { VariableName } from './variable-table.ts';

/** What a flow can read of its activeflow. */
export function activeflowFact(name: string, record: ActiveflowRecord): string | undefined {
  switch (name as VariableName) {
    case 'voipbin.activeflow.id':
      return record.id;
    case 'voipbin.activeflow.flow_id':
      return record.flow_id;
    case 'voipbin.activeflow.reference_type':
      return record.reference_type;
    case 'voipbin.activeflow.reference_id':
      return record.reference_id;
    default:
      return undefined;
  }
}
