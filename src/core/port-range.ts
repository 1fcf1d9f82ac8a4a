/** The first and the last of the ports that may be listened at. */
export type PortRange = readonly [number, number];
