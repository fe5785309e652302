/** Ends a trigger and frees what it held. */
export type StopTrigger = () => Promise<void>;

/** All a trigger may do: say that something may have changed. What it saw is not passed on. */
export type Enqueue = () => void;
